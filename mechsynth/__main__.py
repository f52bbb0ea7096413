"""``python -m mechsynth``."""

from mechsynth.cli import main

raise SystemExit(main())
