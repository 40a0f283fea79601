import * as f from './fields.ts'

const price = f.maybeSection('Dollars per million tokens; overrides the price table.', {
  input: f.price('Dollars per million tokens sent.'),
  output: f.price('Dollars per million tokens answered.'),
  cache_read: f.amount('Dollars per million tokens read from the cache.'),
  cache_write: f.amount('Dollars per million tokens written to the cache.'),
})

const row = f.item('One model, or one of several endpoints of a model.', {
  model_name: f.needed('Your name for the model. Rows of one name take turns.'),
  model: f.needed('vendor/id, for example openai/gpt-5.4.'),
  provider: f.text('The vendor, when the model id is to be used untouched.'),
  api_key: f.secret('The key.'),
  api_keys: f.maybeSecrets('Several keys; the next is tried when one is refused.'),
  api_base: f.text('Base URL; without it the vendor’s own.'),
  proxy: f.text('HTTP or SOCKS proxy for this row.'),
  fallbacks: f.maybeList('Models to ask when this one fails.'),
  auth_method: f.text('oauth or token: use a stored sign-in instead of a key.'),
  connect_mode: f.text('stdio or grpc (GitHub Copilot).'),
  workspace: f.path('Working folder (coding CLIs).'),
  rpm: f.maybeWhole('Requests per minute; 0 is unlimited.'),
  max_tokens_field: f.text('Name of the token limit in the request, when the usual one is refused.'),
  request_timeout: f.maybeWhole('Seconds for a whole request.'),
  first_token_timeout: f.maybeWhole('Seconds until the first sign of life.'),
  idle_timeout: f.maybeWhole('Seconds between two signs of life.'),
  thinking_level: f.maybeChoice(
    ['off', 'low', 'medium', 'high', 'xhigh', 'adaptive'],
    'How hard the model thinks before it answers.',
    { forgiving: true },
  ),
  tool_schema_transform: f.maybeChoice(
    ['off', 'simple'],
    'simple: tool schemas without the keywords that some vendors refuse.',
    { also: { none: 'off', native: 'off', basic: 'simple', strict: 'simple', flat: 'simple' } },
  ),
  streaming: f.maybeSection('Streaming of this model.', { enabled: f.maybeFlag('Stream answers.') }),
  keep_thinking: f.maybeChoice(['auto', 'always', 'never'], 'Whether thinking blocks are sent back.'),
  extra_body: f.free('Merged into the request body.'),
  custom_headers: f.maybeHolders('Sent with each request; they override ours.'),
  user_agent: f.text('User-Agent of the requests.'),
  allow_all: f.maybeFlag('Lets a coding CLI or Copilot skip its own permission prompts.'),
  price,
  enabled: f.maybeFlag('Shown as switched on in the original’s web page; has no other effect.'),
})

const provider = f.maybeSection('A vendor in the old form; write a model_list row instead.', {
  api_key: f.secret('The key.'),
  api_base: f.text('Base URL.'),
  proxy: f.text('HTTP or SOCKS proxy.'),
  request_timeout: f.maybeWhole('Seconds for a whole request.'),
  auth_method: f.text('oauth or token.'),
  connect_mode: f.text('stdio or grpc (GitHub Copilot).'),
  web_search: f.maybeFlag('Lets the vendor search the web (openai).'),
})

const providers = f.maybeSection('Vendors in the old form; write model_list rows instead.', {
  openai: provider,
  gpt: provider,
  anthropic: provider,
  claude: provider,
  litellm: provider,
  openrouter: provider,
  groq: provider,
  zhipu: provider,
  glm: provider,
  vllm: provider,
  gemini: provider,
  google: provider,
  nvidia: provider,
  ollama: provider,
  moonshot: provider,
  kimi: provider,
  shengsuanyun: provider,
  deepseek: provider,
  cerebras: provider,
  vivgrid: provider,
  volcengine: provider,
  doubao: provider,
  github_copilot: provider,
  copilot: provider,
  antigravity: provider,
  qwen: provider,
  tongyi: provider,
  mistral: provider,
  avian: provider,
  minimax: provider,
  longcat: provider,
  modelscope: provider,
  novita: provider,
})

export const models = {
  model_list: f.items('The models you may use.', row),
  providers,
  aliases: f.texted('Other names for models: name → model_name.'),
  fallback_rules: f.items(
    'Fallbacks by pattern; the most specific match counts.',
    f.item('A pattern and what to ask instead.', {
      match: f.needed('A model name; * stands for any text.'),
      to: f.list('Models to ask, in order.'),
    }),
  ),
  tiers: f.section('Names that coding CLIs ask for.', {
    opus: f.text('Model for opus.'),
    sonnet: f.text('Model for sonnet.'),
    haiku: f.text('Model for haiku.'),
  }),
}
