// Keeps TensorFlow's startup messages off the terminal. TensorFlow logs them through Abseil while its
// library is being loaded, before any setting can take effect. The addon is loaded first, so its
// definition of this function wins: only errors are logged. The version in the name is that of the
// pinned wheel. With another version this has no effect.
namespace absl {
inline namespace lts_20250814 {
enum class LogSeverityAtLeast : int { kError = 2 };
LogSeverityAtLeast MinLogLevel() { return LogSeverityAtLeast::kError; }
}  // namespace lts_20250814
}  // namespace absl
