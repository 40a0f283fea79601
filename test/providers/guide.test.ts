import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { finder } from '../../src/providers/guide/answer.ts'
import { guide } from '../../src/providers/guide/guide.ts'
import { aCall, hear } from './wrappers/bench.ts'
import { userText } from '../../src/core/message.ts'

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
  'insufficient balance 1113': '429 Too many requests, or insufficient balance',
  'can I use Ollama?': 'Local models: Ollama, LM Studio, vLLM, llama.cpp',
  'several keys for the same model': 'Several keys for one model',
  'what are the exit codes': 'Exit codes',
  'where do I put my secrets': 'Keys and secrets',
  'which environment variables are there': 'Environment variables',
  'How can I continue a conversation (session)?': 'Sessions: going on with a conversation',
  'What is a timeout?': 'Time limits and timeouts',
  'custom proxy endpoint': 'Custom endpoints and proxies',
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

test('a greeting says what it is, what was found and the next step', async () => {
  for (const hello of ['Hello', 'hi!', 'Hey there', '你好', '']) {
    const text = await ask(hello)
    assert.match(text, /not an AI model/)
    assert.match(text, /found neither/)
    assert.match(text, /export OPENROUTER_API_KEY=/)
    assert.match(text, /\/home\/ada\/\.picoclaw\/config\.json/)
  }
  const found = {
    ...nothing,
    keys: [{ label: 'Groq', env: 'GROQ_API_KEY' }],
    servers: [{ label: 'Ollama', url: 'http://localhost:11434/v1', models: [] }],
  }
  const text = await ask('Hello', found)
  assert.match(text, /Groq: the key in GROQ_API_KEY/)
  assert.match(text, /Ollama at http:\/\/localhost:11434\/v1, without a model/)
})

test('a question about something else is not answered with an invention', async () => {
  for (const question of ['What is the capital of France?', 'Write a poem about autumn leaves', 'zzzz qqqq'])
    assert.match(await ask(question), /I have no answer to that/)
})
