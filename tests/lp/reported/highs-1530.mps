* The program of https://github.com/ERGO-Code/HiGHS/issues/1530 (2023): version 1.6.0 said infeasible with presolve, and solved it
* when MAX was MIN or presolve off. Expected (by hand, test_reported.py): optimal.
NAME        Demo
OBJSENSE
  MAX
ROWS
 N  Obj
 L  r0
 L  r1
 L  r2
 L  r3
COLUMNS
    c0        Obj       9
    c0        r0        3
    c0        r2        -10
    c1        Obj       -2
    c2        Obj       -2
    c2        r1        -5
    c2        r2        6
    c2        r3        -2
    c3        r0        -8
    c3        r3        9
RHS
    RHS_V     r0        -67
    RHS_V     r1        -39
    RHS_V     r2        86
    RHS_V     r3        60
RANGES
    RANGE     r1        31
    RANGE     r2        19
BOUNDS
 LO BOUND     c0        -91
 UP BOUND     c0        50
 LO BOUND     c1        -62
 UP BOUND     c1        104
 LO BOUND     c2        -49
 UP BOUND     c2        96
 LO BOUND     c3        -53
 UP BOUND     c3        100
ENDATA
