// Keeps TensorFlow's greetings off the terminal. It logs them through Abseil while its library is
// being loaded, before any of its settings can be made; the addon, which is loaded before it, answers
// in Abseil's place what the least severity worth writing is: errors. The version in the name is that
// of the pinned wheel; where it is another, this does nothing.
namespace absl {
inline namespace lts_20250814 {
enum class LogSeverityAtLeast : int { kError = 2 };
LogSeverityAtLeast MinLogLevel() { return LogSeverityAtLeast::kError; }
}  // namespace lts_20250814
}  // namespace absl
