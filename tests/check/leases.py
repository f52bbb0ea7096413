"""The oil leases of Liu 2014, section 3.1, with everything that follows from them by pencil.

Two leases are sold one after the other. In period 1 firm 1 knows its value (4 or 6), in period 2 firm 2 does.
With δ = 1 the efficient rule gives lease 1 always to firm 1 or by the values below.

Period 1 (action, signal of firm 1): firm 1 wins: u^1 = 7, 11; firm 2 wins: u^2 = 6, 12.
  So at signal 4 firm 1 should win (7 > 6), at signal 6 firm 2 should (12 > 11): the static cycle of lease 1.
Period 2 (action, signal of firm 2): firm 1 wins: u^1 = 7, 11; firm 2 wins: u^2 = 6, 12. Likewise
  firm 1 wins at 4, firm 2 wins at 6.
W_2(4) = 7, W_2(6) = 12. From period 1, signal 4: (3/4)·7 + (1/4)·12 = 33/4; signal 6: (1/4)·7 + (3/4)·12 = 43/4.
W_1(4) = 7 + 33/4 = 61/4, W_1(6) = 12 + 43/4 = 91/4.
"""
