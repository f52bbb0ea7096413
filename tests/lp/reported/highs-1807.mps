* The program of https://github.com/ERGO-Code/HiGHS/issues/1807 (2024): the interior point method without presolve called its last point
* feasible. Infeasible: r0 says c0 <= 0, r1 says c0 >= 1.
NAME
ROWS
 N  NoObj
 L  r0
 G  r1
COLUMNS
    c0        r0        1
    c0        r1        1
RHS
    RHS_V     r1        1
BOUNDS
 FR BOUND     c0
ENDATA
