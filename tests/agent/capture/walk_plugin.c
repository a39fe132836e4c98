/* Loaded and unloaded by module_table_test.cpp; built twice, with different PLUGIN_NUMBER. */
int walk_plugin_number(void) { return PLUGIN_NUMBER; }
#if PLUGIN_NUMBER == 1
int _PyRuntime = 0;   /* makes it look like an interpreter */
#endif
