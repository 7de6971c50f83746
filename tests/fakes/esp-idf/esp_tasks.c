/* esp_tasks.c - tasks that take turns: a thread each, of which one runs, until it waits. Time passes when all wait. The test is
 * one of them. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "esp_fake.h"

#define MAX_TASKS 6

struct esp_queue {
    unsigned n, cap;
    size_t size;
    uint8_t *items;
};

struct esp_task {
    pthread_t thread;
    pthread_cond_t turn;
    void (*run)(void *);
    void *arg;
    bool is_alive;
    int64_t until_us; /* it waits until then at the latest */
    bool (*is_ready)(const void *what);
    const void *what;
    unsigned n_notes;
};

static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static struct esp_task tasks[MAX_TASKS];
static unsigned n_tasks, current;
static bool ending;
static struct esp_queue *queues[8];
static unsigned n_queues;

/* --- turns ------------------------------------------------------------------------------------ */

static bool can_run(const struct esp_task *t)
{
    return t->is_alive &&
        (ending || esp->now_us >= t->until_us || (t->is_ready && t->is_ready(t->what)));
}

/* The next one in turn; when nobody can, the time that the first waits for has come. */
static unsigned choose(void)
{
    for (;;) {
        int64_t first = INT64_MAX;

        for (unsigned i = 1; i <= n_tasks; i++)
            if (can_run(&tasks[(current + i) % n_tasks]))
                return (current + i) % n_tasks;
        for (unsigned i = 0; i < n_tasks; i++)
            if (tasks[i].is_alive && tasks[i].until_us < first)
                first = tasks[i].until_us;
        assert(first < INT64_MAX); /* else all wait for each other for ever */
        esp->now_us = first;
    }
}

static void hand_over(unsigned next)
{
    current = next;
    pthread_cond_signal(&tasks[next].turn);
}

static void await_turn(unsigned self)
{
    while (current != self)
        pthread_cond_wait(&tasks[self].turn, &baton);
}

bool esp_is_app_task(void)
{
    return current == 1;
}

_Noreturn void esp_task_leave(void)
{
    tasks[current].is_alive = false;
    hand_over(choose());
    pthread_mutex_unlock(&baton);
    pthread_exit(NULL);
}

/* False: it did not come in time. */
static bool await(bool (*is_ready)(const void *), const void *what, int64_t us)
{
    unsigned self = current;
    struct esp_task *t = &tasks[self];

    t->is_ready = is_ready;
    t->what = what;
    t->until_us = us == INT64_MAX ? INT64_MAX : esp->now_us + us;
    hand_over(choose());
    await_turn(self);
    if (ending && self > 0)
        esp_task_leave();
    return is_ready && is_ready(what);
}

static int64_t ticks_us(TickType_t ticks)
{
    return ticks == portMAX_DELAY ? INT64_MAX : (int64_t)ticks * 1000;
}

static void *thread(void *arg)
{
    struct esp_task *t = arg;

    pthread_mutex_lock(&baton);
    await_turn((unsigned)(t - tasks));
    if (!ending)
        t->run(t->arg);
    esp_task_leave();
}

static struct esp_task *task_new(void (*run)(void *), void *arg)
{
    struct esp_task *t = &tasks[n_tasks++];

    assert(n_tasks <= MAX_TASKS);
    *t = (struct esp_task){.run = run, .arg = arg, .is_alive = true};
    pthread_cond_init(&t->turn, NULL);
    if (run)
        pthread_create(&t->thread, NULL, thread, t);
    return t;
}

static void run_main(void *arg)
{
    (*(void (**)(void))arg)();
}

void esp_tasks_begin(void (*app_main)(void))
{
    static void (*start)(void);

    start = app_main;
    ending = false;
    n_tasks = current = 0;
    pthread_mutex_lock(&baton);
    task_new(NULL, NULL); /* the test */
    task_new(run_main, &start);
}

/* Every thread comes to its end by itself, at the place where it waits. */
void esp_tasks_end(void)
{
    if (n_tasks == 0)
        return;
    ending = true;
    await(NULL, NULL, 0);
    pthread_mutex_unlock(&baton);
    for (unsigned i = 1; i < n_tasks; i++)
        pthread_join(tasks[i].thread, NULL);
    while (n_queues > 0) {
        free(queues[--n_queues]->items);
        free(queues[n_queues]);
    }
    n_tasks = 0;
}

void esp_task_sleep_us(int64_t us)
{
    (void)await(NULL, NULL, us);
}

void esp_pass_ms(unsigned ms)
{
    esp_task_sleep_us((int64_t)ms * 1000);
}

_Noreturn void esp_restart(void)
{
    esp->restarted = true;
    esp_task_leave();
}

/* Nobody is ever busy: tasks take no time but where they wait. */
TaskHandle_t xTaskGetIdleTaskHandleForCore(BaseType_t processor)
{
    return &tasks[0];
}

void vTaskGetInfo(TaskHandle_t t, TaskStatus_t *ret, BaseType_t stack, eTaskState state)
{
    ret->ulRunTimeCounter = (uint32_t)esp->now_us;
}

/* --- FreeRTOS --------------------------------------------------------------------------------- */

void vTaskDelay(TickType_t ticks)
{
    esp_task_sleep_us(ticks_us(ticks));
}

static bool has_item(const void *q)
{
    return ((const struct esp_queue *)q)->n > 0;
}

static bool has_place(const void *q)
{
    return ((const struct esp_queue *)q)->n < ((const struct esp_queue *)q)->cap;
}

QueueHandle_t xQueueCreate(UBaseType_t n, UBaseType_t size)
{
    struct esp_queue *q = calloc(1, sizeof *q);

    *q = (struct esp_queue){.cap = n, .size = size, .items = calloc(n, size > 0 ? size : 1)};
    assert(n_queues < sizeof queues / sizeof *queues);
    queues[n_queues++] = q;
    return q;
}

BaseType_t xQueueSend(QueueHandle_t q, const void *item, TickType_t ticks)
{
    if (!has_place(q) && (ticks == 0 || !await(has_place, q, ticks_us(ticks))))
        return 0;
    memcpy(q->items + q->n++ * q->size, item, q->size);
    return pdTRUE;
}

BaseType_t xQueueSendFromISR(QueueHandle_t q, const void *item, BaseType_t *woken)
{
    return xQueueSend(q, item, 0);
}

BaseType_t xQueueReceive(QueueHandle_t q, void *ret, TickType_t ticks)
{
    if (!has_item(q) && !await(has_item, q, ticks_us(ticks)))
        return 0;
    memcpy(ret, q->items, q->size);
    memmove(q->items, q->items + q->size, --q->n * q->size);
    return pdTRUE;
}

unsigned esp_tasks_n_queued(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < n_queues; i++)
        n += queues[i]->n;
    return n;
}

UBaseType_t uxQueueSpacesAvailable(QueueHandle_t q)
{
    return q->cap - q->n;
}

/* A mutex is a queue of one place: who takes it fills that. */
SemaphoreHandle_t xSemaphoreCreateMutex(void)
{
    return xQueueCreate(1, 1);
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t s, TickType_t ticks)
{
    return xQueueSend(s, "", ticks);
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t s)
{
    assert(s->n == 1);
    s->n = 0;
    return pdTRUE;
}

BaseType_t xTaskCreatePinnedToCore(void (*run)(void *), const char *name, uint32_t stack_bytes,
    void *arg, UBaseType_t priority, TaskHandle_t *ret, BaseType_t core)
{
    *ret = task_new(run, arg);
    return pdPASS;
}

static bool has_note(const void *t)
{
    return ((const struct esp_task *)t)->n_notes > 0;
}

BaseType_t xTaskNotifyGive(TaskHandle_t t)
{
    t->n_notes++;
    return pdPASS;
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks)
{
    struct esp_task *t = &tasks[current];
    uint32_t n;

    if (!has_note(t))
        (void)await(has_note, t, ticks_us(ticks));
    n = t->n_notes;
    t->n_notes = clear || n == 0 ? 0 : n - 1;
    return n;
}
