import * as f from './fields.ts'

const routed = (meaning: string) =>
  f.maybeSection(meaning, {
    enabled: f.flag(false, 'Do it.'),
    trivial: f.text('For trivial work.'),
    simple: f.text('For simple work.'),
    medium: f.text('For medium work.'),
    complex: f.text('For complex work.'),
  })

const direct = (meaning: string) =>
  f.maybeSection(meaning, {
    api_key: f.secret('The key.'),
    base_url: f.text('Base URL.'),
    model: f.text('The model.'),
  })

const cli = (meaning: string) =>
  f.maybeSection(meaning, {
    command: f.text('The command.'),
    extra_args: f.list('More arguments.'),
    use_structured_output: f.maybeFlag('Ask for JSON.'),
    use_session_resume: f.maybeFlag('Continue the session of the last run.'),
    use_from_pr: f.maybeFlag('Start from a pull request.'),
    disable_1m_context: f.maybeFlag('No million-token context.'),
    max_output_tokens: f.maybeWhole('Longest answer in tokens.'),
  })

export const executor = {
  executor: f.maybeSection('Pilot’s block: one backend for our own calls and for a coding CLI.', {
    type: f.choice(
      ['claude-code', 'openai-api', 'anthropic-api', 'opencode', 'qwen-code', 'codex'],
      'claude-code',
      'What does the work.',
    ),
    api_base_url: f.text('Base URL of an endpoint that speaks Anthropic’s format.'),
    api_auth_token: f.secret('Its token.'),
    default_model: f.text('The model it knows.'),
    claude_code: cli('The claude command.'),
    qwen_code: cli('The qwen command.'),
    opencode: cli('The opencode command.'),
    codex: cli('The codex command.'),
    openai: direct('An endpoint that speaks OpenAI’s format.'),
    anthropic: direct('Anthropic by key.'),
    model_routing: routed('Models by difficulty.'),
    effort_routing: routed('Effort by difficulty.'),
    timeout: f.maybeSection('Time limits by difficulty, for example 30m.', {
      default: f.text('Otherwise.'),
      trivial: f.text('For trivial work.'),
      simple: f.text('For simple work.'),
      medium: f.text('For medium work.'),
      complex: f.text('For complex work.'),
    }),
    heartbeat_timeout: f.text('Longest silence of the CLI, for example 5m.'),
  }),
}
