import * as f from './fields.ts'

/** Sections of the original that are understood but used by nothing here yet. */
export const later = {
  isolation: f.section('The original’s isolation of child processes; see sandbox.', {
    enabled: f.flag(false, 'Isolate.'),
    expose_paths: f.items(
      'Paths that children see.',
      f.item('A path.', {
        source: f.path('The path.'),
        target: f.text('Where they see it.'),
        mode: f.text('ro or rw.'),
      }),
    ),
  }),
  evolution: f.section('The original’s learning from past turns.', {
    enabled: f.flag(false, 'Learn.'),
    mode: f.text('observe, draft or apply.'),
    state_dir: f.path('Where it keeps its state.'),
    min_task_count: f.whole(2, 'Tasks before it starts.'),
    min_success_ratio: f.ratio(0.7, 'Share of good tasks.'),
    cold_path_trigger: f.text('after_turn, scheduled or manual.'),
    cold_path_times: f.list('Times of day.'),
    min_case_count: f.maybeWhole('Old name of min_task_count.'),
    min_success_rate: f.amount('Old name of min_success_ratio.'),
  }),
  events: f.section('The original’s event log.', {
    logging: f.section('What is logged.', {
      enabled: f.flag(true, 'Log.'),
      include: f.list('Event names.', ['agent.*']),
      exclude: f.list('Event names left out.'),
      min_severity: f.textOr('info', 'Least severity.'),
      include_payload: f.flag(false, 'With the payload.'),
    }),
  }),
  hooks: f.section('The original’s hooks.', {
    enabled: f.flag(true, 'Run them.'),
    defaults: f.section('Time limits.', {
      observer_timeout_ms: f.whole(500, 'Observers.'),
      interceptor_timeout_ms: f.whole(5000, 'Interceptors.'),
      approval_timeout_ms: f.whole(60000, 'Approvals.'),
    }),
    builtins: f.named(
      'Built-in hooks by name.',
      f.item('A hook.', {
        enabled: f.flag(false, 'Run it.'),
        priority: f.maybeWhole('Order.'),
        config: f.free('Its settings.'),
      }),
    ),
    processes: f.named(
      'Hooks that are programs.',
      f.item('A hook.', {
        enabled: f.flag(false, 'Run it.'),
        priority: f.maybeWhole('Order.'),
        transport: f.text('How we speak with it.'),
        command: f.list('Command and arguments.'),
        dir: f.path('Working folder.'),
        env: f.holders('Environment variables.'),
        observe: f.list('Events it hears.'),
        intercept: f.list('Events it may change.'),
      }),
    ),
  }),
  devices: f.section('The original’s device watch.', {
    enabled: f.flag(false, 'Watch.'),
    monitor_usb: f.flag(true, 'Watch USB.'),
  }),
  build_info: f.maybeSection('Written by the original, read by nobody.', {
    version: f.text('Version.'),
    git_commit: f.text('Commit.'),
    build_time: f.text('Build time.'),
    go_version: f.text('Compiler.'),
  }),
}
