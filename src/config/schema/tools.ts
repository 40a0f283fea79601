import * as f from './fields.ts'

const on = (meaning: string) => f.section(meaning, { enabled: f.flag(true, 'Offer it.') })
const off = (meaning: string) => f.section(meaning, { enabled: f.flag(false, 'Offer it.') })

const results = (value = 5) => f.whole(value, 'Results per search.', 1, 100)
const keyed = (meaning: string, base?: string) =>
  f.section(meaning, {
    enabled: f.flag(false, 'Use it.'),
    api_keys: f.secrets('Its keys; they take turns.'),
    max_results: results(),
    base_url: base === undefined ? f.text('Another address.') : f.text(`Another address than ${base}.`),
  })

const web = f.section('Web search and pages.', {
  enabled: f.flag(true, 'Offer web search.'),
  provider: f.textOr('auto', 'Search engine; auto takes the first that is set up.'),
  prefer_native: f.flag(true, 'Let the model’s vendor search where it can.'),
  proxy: f.text('HTTP or SOCKS proxy for web tools.'),
  fetch_limit_bytes: f.positive(10 * 1024 * 1024, 'Largest page in bytes.'),
  format: f.textOr('plaintext', 'plaintext or markdown.'),
  private_host_whitelist: f.list('Private hosts that may be fetched.'),
  brave: keyed('Brave Search.'),
  tavily: keyed('Tavily.'),
  kagi: keyed('Kagi.', 'https://kagi.com/api/v1/search'),
  perplexity: keyed('Perplexity.'),
  sogou: f.section('Sogou.', { enabled: f.flag(true, 'Use it.'), max_results: results() }),
  duckduckgo: f.section('DuckDuckGo; needs no key.', {
    enabled: f.flag(true, 'Use it.'),
    max_results: results(),
    base_url: f.text('Another address than https://html.duckduckgo.com/html/.'),
  }),
  gemini: f.section('Gemini with Google Search.', {
    enabled: f.flag(false, 'Use it.'),
    api_key: f.secret('Its key.'),
    model: f.textOr('gemini-2.5-flash', 'The model that searches.'),
    max_results: results(),
  }),
  searxng: f.section('A SearXNG server of your own.', {
    enabled: f.flag(false, 'Use it.'),
    base_url: f.text('Its address.'),
    max_results: results(),
  }),
  glm_search: f.section('Zhipu search.', {
    enabled: f.flag(false, 'Use it.'),
    api_key: f.secret('Its key.'),
    base_url: f.textOr('https://open.bigmodel.cn/api/paas/v4/web_search', 'Its address.'),
    search_engine: f.textOr('search_std', 'Which of its engines.'),
    max_results: results(),
  }),
  baidu_search: f.section('Baidu search.', {
    enabled: f.flag(false, 'Use it.'),
    api_key: f.secret('Its key.'),
    base_url: f.textOr('https://qianfan.baidubce.com/v2/ai_search/web_search', 'Its address.'),
    max_results: results(10),
  }),
})

const registry = f.openItem('A place to get skills from.', {
  enabled: f.flag(true, 'Use it.'),
  base_url: f.text('Its address.'),
  auth_token: f.secret('Its token.'),
  proxy: f.text('HTTP or SOCKS proxy for it.'),
  search_path: f.text('Path of the search.'),
  skills_path: f.text('Path of the skills.'),
  download_path: f.text('Path of the downloads.'),
  timeout: f.maybeWhole('Seconds for a request.'),
  max_zip_size: f.maybeWhole('Largest archive in bytes.'),
  max_response_size: f.maybeWhole('Largest answer in bytes.'),
})

const skills = f.section('Skills and where they come from.', {
  enabled: f.flag(true, 'Offer skills.'),
  registries: f.named('Places to get skills from, by name.', registry),
  github: f.section('GitHub as a source.', {
    base_url: f.text('Address of your own GitHub.'),
    token: f.secret('Token for private skills.'),
    proxy: f.text('HTTP or SOCKS proxy for GitHub.'),
  }),
  max_concurrent_searches: f.positive(2, 'Searches at a time.'),
  search_cache: f.section('Search results are kept for a while.', {
    max_size: f.whole(50, 'How many.'),
    ttl_seconds: f.whole(300, 'How long.'),
  }),
})

const server = f.item('An MCP server.', {
  enabled: f.flag(false, 'Use it.'),
  deferred: f.maybeFlag('Its tools are hidden until searched for.'),
  trusted: f.flag(false, 'Its tools are used without a question, also when text from outside is in the turn.'),
  command: f.text('The program (stdio).'),
  args: f.list('Its arguments.'),
  env: f.holders('Its environment variables.'),
  env_file: f.path('A file with environment variables.'),
  type: f.text('stdio, sse or http.'),
  url: f.text('Its address (sse, http).'),
  headers: f.holders('Headers for it.'),
})

const mcp = f.section('Tools of MCP servers.', {
  enabled: f.flag(false, 'Use them.'),
  discovery: f.section('Tools that are found by search instead of always being offered.', {
    enabled: f.flag(false, 'Do it.'),
    ttl: f.whole(5, 'Turns a found tool stays.'),
    max_search_results: f.whole(5, 'Tools per search.'),
    use_bm25: f.flag(true, 'Search by words.'),
    use_regex: f.flag(false, 'Search by pattern.'),
  }),
  max_inline_text_chars: f.positive(16384, 'Longer results become a file.'),
  servers: f.named('The servers, by name.', server),
})

export const tools = {
  tools: f.section('Tools of the agent.', {
    allow_read_paths: f.list('Patterns of paths outside the workspace that may be read.'),
    allow_write_paths: f.list('Patterns of paths outside the workspace that may be written.'),
    filter_sensitive_data: f.flag(true, 'Secrets are blotted out of tool results.'),
    filter_min_length: f.positive(8, 'Shorter results are not looked at.'),
    append_file: on('Adds to a file.'),
    edit_file: on('Changes a file.'),
    find_skills: on('Searches for skills.'),
    install_skill: on('Installs a skill.'),
    list_dir: on('Lists a folder.'),
    load_image: on('Looks at a picture.'),
    message: f.section('Writes to a chat.', {
      enabled: f.flag(true, 'Offer it.'),
      media_enabled: f.flag(false, 'It may send files.'),
    }),
    read_file: f.section('Reads a file.', {
      enabled: f.flag(true, 'Offer it.'),
      mode: f.textOr('bytes', 'bytes or lines.'),
      max_read_file_size: f.positive(65536, 'Bytes read at most.'),
    }),
    send_file: on('Sends a file to the chat.'),
    send_tts: off('Speaks in the chat.'),
    spawn: on('Starts a sub-agent in the background.'),
    spawn_status: off('Asks for background sub-agents.'),
    subagent: on('Asks a sub-agent and waits.'),
    delegate: on('Hands over to another agent.'),
    web_fetch: on('Reads a web page.'),
    write_file: on('Writes a file.'),
    i2c: off('Speaks to I2C devices.'),
    spi: off('Speaks to SPI devices.'),
    serial: off('Speaks to serial ports.'),
    web,
    cron: f.section('Plans work for later.', {
      enabled: f.flag(true, 'Offer it.'),
      exec_timeout_minutes: f.whole(5, 'Minutes for one run; 0 is no limit.'),
      allow_command: f.flag(true, 'Jobs may run commands.'),
    }),
    exec: f.section('Runs commands.', {
      enabled: f.flag(true, 'Offer it.'),
      enable_deny_patterns: f.flag(true, 'Commands that look destructive are refused.'),
      allow_remote: f.flag(true, 'Chats may ask for commands, not only the terminal.'),
      custom_deny_patterns: f.list('More patterns of refused commands.'),
      custom_allow_patterns: f.list('Patterns of commands that are never refused.'),
      timeout_seconds: f.positive(60, 'Seconds for one command; one of an executor may ask for ten times as many.'),
    }),
    skills,
    media_cleanup: f.section(
      'A gateway removes old attachments: pictures, and files in the inbox folder of a workspace.',
      {
        enabled: f.flag(true, 'Do it.'),
        max_age_minutes: f.positive(10_080, 'Minutes an attachment stays after it was last used: a week.'),
        interval_minutes: f.positive(5, 'Minutes between two looks.'),
      },
    ),
    mcp,
  }),
}
