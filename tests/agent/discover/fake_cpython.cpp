// A library that exports what discovery looks for, and nothing else. The test fills it in through dlsym.
extern "C" {

[[gnu::visibility("default")]] unsigned char _PyRuntime[16384] = {};
[[gnu::visibility("default")]] unsigned char PyCode_Type[512] = {};
[[gnu::visibility("default")]] unsigned char PyUnicode_Type[512] = {};
[[gnu::visibility("default")]] unsigned char PyBytes_Type[512] = {};
#ifdef FAKE_THREAD_LOCAL
[[gnu::visibility("default")]] thread_local void* fake_bound_thread = nullptr;
#else
[[gnu::visibility("default")]] void* fake_bound_thread = nullptr;
#endif
[[gnu::visibility("default")]] void* PyGILState_GetThisThreadState() { return fake_bound_thread; }

#ifdef FAKE_BEFORE_3_11
[[gnu::visibility("default")]] char fake_version[64] = "";
[[gnu::visibility("default")]] const char* Py_GetVersion() { return fake_version; }
[[gnu::visibility("default")]] int _PyEval_EvalFrameDefault(int x) { return x * 7 + 3; }
#else
[[gnu::visibility("default")]] unsigned long Py_Version = 0;
#endif

#ifdef FAKE_DEBUG_BUILD
[[gnu::visibility("default")]] void _Py_NegativeRefcount() {}
#endif
}
