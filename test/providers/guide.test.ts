import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { noUsage } from '../../src/core/chat.ts'
import { collect } from '../../src/core/collect.ts'
import { userText } from '../../src/core/message.ts'
import { finder } from '../../src/providers/guide/answer.ts'
import { guide } from '../../src/providers/guide/guide.ts'
import { fakeCall as aCall, hear } from '../fakes/provider.ts'

const documents = readdirSync('docs/guide').map((name) => ({
  file: `docs/guide/${name}`,
  text: readFileSync(`docs/guide/${name}`, 'utf8'),
}))
const nothing = { keys: [], servers: [], configPath: '/home/ada/.picoclaw/config.json' }
const ask = (text: string, found: Parameters<typeof guide>[0]['found'] = nothing) =>
  hear(guide({ documents, found }), aCall({ request: () => ({ messages: [userText(text)] }) }))

const questions: Readonly<Record<string, string>> = {
  'How do I add a model?': 'Adding your first model',
  'How do I configure a fallback model?': 'Fallback models',
  'round robin': 'Load balancing: round robin over equal names',
  'where is the config file': 'Where the configuration file is',
  'how long does a failed model rest?': 'Cooldown: how long a failed model rests',
  'I get 401 unauthorized': '401 Unauthorized: the key was not accepted',
  'why do I get a web page with 404 instead of an answer?': '404 or a web page instead of an answer',
  'insufficient balance 1113': '429 Too many requests (rate limit), or insufficient balance',
  'can I use Ollama?': 'Local models: Ollama, LM Studio, vLLM, llama.cpp',
  'several keys for the same model': 'Several keys for one model',
  'what are the exit codes': 'Exit codes',
  'where do I put my secrets': 'Keys and secrets',
  'which environment variables are there': 'Environment variables',
  'How can I continue a conversation (session)?': 'Sessions: going on with a conversation',
  'What is a timeout?': 'Time limits and timeouts',
  'How do I use a custom endpoint with api_base?': 'Custom endpoints: api_base',
  'I am behind an HTTP proxy': 'HTTP and SOCKS proxies',
  'does it support NO_PROXY': 'HTTP and SOCKS proxies',
  'can I use a socks5 proxy': 'HTTP and SOCKS proxies',
  'How do I connect LM Studio?': 'Local models: Ollama, LM Studio, vLLM, llama.cpp',
  'which vendors are supported?': 'Vendors and their keys',
  'how do I set the default model': 'Choosing the default model, switching models',
  'how are models named?': 'How a model is named',
  'anthropic or anthropic-messages?': 'Anthropic and Claude: `anthropic/` or `anthropic-messages/`',
  'how do I set a price': 'Prices and cost',
  extra_body: 'Extra fields and headers',
  'connection refused': 'Nobody listens, connection refused (ECONNREFUSED)',
  'model not found': 'Model not found',
  'the answer is cut off': 'The answer is cut',
  'prompt too long': 'The prompt is too long',
  'all models are resting': 'All models rest: what now',
  rpm: 'Requests per minute',
  'how often does it retry?': 'Retries',
  'variable is not set': 'A variable that is not set',
  'how do I check my config for mistakes?': 'Checking the configuration',
  'can I use my old PicoClaw files': 'Files of PicoClaw',
  'why does the guide answer and not my model?': 'The guide answers instead of my model',
  'are you an AI?': 'The built-in guide: no AI model',
  'where is my data kept': 'Where things are kept',
  'connect ECONNREFUSED 127.0.0.1:11434': 'Nobody listens, connection refused (ECONNREFUSED)',
  'what happens when the vendor is down?': 'When a vendor is down: what leads to the next model',
  'how do I switch models': 'Choosing the default model, switching models',
  'how to install': 'Installing and starting picoclaw',
  'fallbak models': 'Fallback models',
  debug: 'Debugging: seeing what happens',
  'How do I ask a question from a script with json?': 'Asking a question',
  'the database is corrupt, what now?': 'The database is corrupt',
  'thinking level': 'Thinking and effort',
}

test('questions about set-up find their section', () => {
  const find = finder(documents)
  const wrong = Object.entries(questions).filter(([question, heading]) => find(question)?.heading !== heading)
  assert.deepEqual(
    wrong.map(([question]) => [question, find(question)?.heading]),
    [],
  )
})

test('an answer quotes the section and names its source', async () => {
  const text = await ask('How do I configure a fallback model?')
  assert.match(text, /docs\/guide\/failover\.md, "Fallback models"/)
  assert.match(text, /"fallbacks": \["backup"\]/)
})

test('a greeting, or a few words that ask nothing, is told what the guide is, what was found and the next step', async () => {
  for (const hello of [
    'Hello',
    'hi!',
    'Hey there',
    'hello, hello!',
    'Good morning everyone',
    '你好',
    '',
    '👋',
    'thank you',
    'ok',
    'Who are you?',
    'What is picoclaw?',
    'help',
  ]) {
    const text = await ask(hello)
    assert.match(text, /^Hello! I am picoclaw's built-in guide: not an AI model/, hello)
    assert.match(text, /found neither/)
    assert.match(text, /export OPENROUTER_API_KEY=/)
    assert.match(text, /\/home\/ada\/\.picoclaw\/config\.json/)
  }
})

const ollama = { label: 'Ollama', url: 'http://localhost:11434/v1' }

test('what was found is named, and the next step fits it', async () => {
  const keys = [{ label: 'Groq', env: 'GROQ_API_KEY' }]
  const withKey = await ask('Hello', { ...nothing, keys, servers: [{ ...ollama, models: [] }] })
  assert.match(withKey, /Groq: the key in GROQ_API_KEY/)
  assert.match(withKey, /Ollama at http:\/\/localhost:11434\/v1, without a model/)
  assert.match(withKey, /picoclaw agent --model NAME/)
  const models = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  assert.match(await ask('Hello', { ...nothing, servers: [{ ...ollama, models }] }), /with a, b, c, d, e and 2 more/)
  assert.match(await ask('Hello', { ...nothing, servers: [{ ...ollama, models: [] }] }), /ollama pull /)
})

test('a question about something else is not answered with an invention', async () => {
  for (const question of [
    'What is the capital of France?',
    'Write a poem about autumn leaves',
    'zzzz qqqq?',
    '法国的首都是哪里？',
    'Tell me a joke about cats, please',
    'What is 2 + 2?',
    'who won the world cup in 1998',
  ]) {
    const text = await ask(question)
    assert.match(text, /^I am picoclaw's built-in guide: not an AI model/)
    assert.match(text, /I have no answer to that/, question)
  }
})

test('only the last message of the user counts', async () => {
  const messages = [
    userText('How do I configure a fallback model?'),
    { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'So.' }] },
    userText('what are the exit codes'),
  ]
  const text = await hear(guide({ documents, found: nothing }), aCall({ request: () => ({ messages }) }))
  assert.match(text, /"Exit codes"/)
})

test('it answers in a few pieces, at no cost, and says who answered', async () => {
  const provider = guide({ documents, found: nothing })
  const call = aCall({ request: () => ({ messages: [userText('Hello')] }) })
  const reply = await provider.open(call, new AbortController().signal)
  assert.equal(reply.type, 'events')
  const events = reply.type === 'events' ? await Array.fromAsync(reply.events) : []
  assert.ok(events.filter(({ type }) => type === 'text-delta').length > 2)
  assert.deepEqual(events.at(-1), { type: 'end', stop: 'end', usage: noUsage })
  assert.deepEqual(reply.by, { endpoint: 'builtin/guide', vendor: 'builtin', model: 'guide' })
  assert.deepEqual((await collect(events)).message.parts.length, 1)
})

test('a call that was stopped before is not answered', async () => {
  const stopped = await hear(guide({ documents, found: nothing }), aCall(), AbortSignal.abort())
  assert.match(stopped, /^aborted: /)
})

const actions: Readonly<Record<string, readonly string[]>> = {
  models: ['list', 'vendors', 'test', 'add', 'default', 'remove'],
  config: ['path', 'check', 'get', 'set', 'unset', 'explain'],
  gateway: ['status', 'reload', 'install', 'uninstall', 'aside'],
  cron: ['add', 'list', 'remove', 'enable', 'disable', 'run'],
  mcp: ['add', 'list', 'test', 'remove', 'show', 'approve'],
  skills: ['list', 'search', 'install', 'show', 'remove'],
}

test('the documentation and the guide name no command that does not exist', async () => {
  const answers = await Promise.all(
    ['Hello', 'zzzz?'].map((question) => ask(question, { ...nothing, servers: [{ ...ollama, models: ['a'] }] })),
  )
  const inDocuments = documents.flatMap(({ text }) => [...text.matchAll(/`(?:npx )?picoclaw ([a-z]+) ?([a-z]*)/g)])
  const inAnswers = answers.flatMap((text) => [...text.matchAll(/: picoclaw ([a-z]+) ?([a-z]*)|, picoclaw ([a-z]+)/g)])
  assert.ok(inDocuments.length > 20 && inAnswers.length > 1)
  for (const [all, command = '', action = '', other = command] of [...inDocuments, ...inAnswers]) {
    assert.ok(Object.hasOwn(commands, other), all)
    if (action) assert.ok(actions[command]?.includes(action), all)
  }
})

test('every section has a heading of its own and says something', () => {
  const headings = documents.flatMap(({ text }) => text.match(/^## .+/gm) ?? [])
  assert.equal(new Set(headings).size, headings.length)
  const find = finder(documents)
  for (const heading of headings) assert.equal(find(heading.slice(3))?.heading, heading.slice(3))
})
