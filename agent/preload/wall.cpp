#include "agent/preload/wall.h"

#include "agent/capture/process_state.h"
#include "agent/capture/waiting.h"
#include "agent/preload/sampler.h"
#include "agent/preload/threads.h"

namespace pyprof::preload {
namespace {

constexpr std::uint32_t place_among_samplers = 1;
Sampler sampler{place_among_samplers};

void tick(std::uint64_t now_ns) {
    if (capture::process.recording.load(std::memory_order_acquire) == capture::RecordingState::failed) return;
    visit_threads([](capture::ThreadState& thread, std::uint64_t now) { capture::look_at(thread, now); }, now_ns);
}

}  // namespace

bool start_watching() { return sampler.start(capture::process.period_ns, tick); }

void stop_watching() { sampler.stop(); }

}  // namespace pyprof::preload
