import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretFilter } from '../../src/agent/secret-filter.ts'
import { parseSteeringMode } from '../../src/agent/steering.ts'
import { isOverBudget, textTokens } from '../../src/agent/tokens.ts'
import { formatToolFeedback } from '../../src/agent/tool-feedback.ts'
import { userText } from '../../src/core/message.ts'

test('a call is announced by name, words and arguments', () => {
  assert.equal(
    formatToolFeedback({ tool: 'read_file', explanation: 'Looking.', args: '{}' }),
    '🔧 `read_file`\nLooking.\n```json\n{}\n```',
  )
  assert.equal(formatToolFeedback({ tool: '', explanation: 'On it.' }), 'On it.')
})

test('arguments are cut where they are long, and cannot leave their fence', () => {
  assert.equal(
    formatToolFeedback({ tool: 'x', args: 'a'.repeat(400), longest: 300 }),
    `🔧 \`x\`\n\`\`\`json\n${'a'.repeat(300)}…\n\`\`\``,
  )
  assert.equal(formatToolFeedback({ tool: 'x', args: 'a```b' }), '🔧 `x`\n````json\na```b\n````')
})

test('whatever names no mode is one at a time', () => {
  assert.deepEqual(['all', ' ALL ', '', 'both'].map(parseSteeringMode), [
    'all',
    'all',
    'one-at-a-time',
    'one-at-a-time',
  ])
})

test('secrets are blotted out where the configuration wants it', () => {
  const redact = (text: string) => text.replaceAll('secret', '*')
  assert.equal(secretFilter({ enabled: true, minLength: 8, redact })('a secret'), 'a *')
  assert.equal(secretFilter({ enabled: true, minLength: 9, redact })('a secret'), 'a secret')
  assert.equal(secretFilter({ enabled: false, minLength: 1, redact })('a secret'), 'a secret')
})

test('tokens are counted rather too high than too low', () => {
  assert.equal(textTokens('abcdef'), 2)
  assert.equal(textTokens('你好'), 2)
  assert.equal(textTokens('😀'), 2)
  assert.equal(textTokens('äöüß'), 2)
})

test('prompt and answer have to fit together, and an empty prompt takes nothing', () => {
  const limits = { window: 1_000, maxTokens: 500 }
  assert.equal(isOverBudget({ messages: [userText('x'.repeat(1_400))] }, limits), false)
  assert.equal(isOverBudget({ messages: [userText('x'.repeat(1_600))] }, limits), true)
  assert.equal(isOverBudget({ messages: [] }, { window: 10, maxTokens: 10 }), false)
})
