/* motor.h - a motor that is felt for a moment. */
#ifndef MOTOR_H
#define MOTOR_H

#include <stdbool.h>
#include <stdint.h>

#define MOTOR_US INT64_C(80000)

struct motor {
    int pin; /* negative: there is none */
    bool runs;
    int64_t end_us;
};

void motor_start(struct motor *m, int pin);
void motor_run(struct motor *m, int64_t now_us);
/* Ends it when it is time. */
void motor_step(struct motor *m, int64_t now_us);
/* When that is; INT64_MAX: it does not run. */
int64_t motor_next_us(const struct motor *m);

#endif
