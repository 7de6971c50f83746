/* no_driver.c - a shared object like any other. */
int answer(void);

__attribute__((visibility("default"))) int answer(void)
{
    return 42;
}
