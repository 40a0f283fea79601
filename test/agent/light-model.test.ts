import assert from 'node:assert/strict'
import { test } from 'node:test'
import { featuresOf, lightModelFor, scoreOf } from '../../src/agent/light-model.ts'

const settings = { enabled: true, light_model: 'light', threshold: 0 }

test('an easy question goes to the light model, a hard one or one with files does not', () => {
  const light = (message: string, ...more: readonly [boolean?]) =>
    lightModelFor(settings, featuresOf(message, [], ...more))
  assert.equal(light('What time is it in Rome?'), 'light')
  assert.equal(light('Mend this: ```go\nx\n```'), undefined)
  assert.equal(light('What is this?', true), undefined)
  assert.equal(light('Look at photo.HEIC, please'), undefined)
})

test('without the switch or a model there is no light model', () => {
  const features = featuresOf('hi', [])
  assert.equal(lightModelFor(undefined, features), undefined)
  assert.equal(lightModelFor({ ...settings, enabled: false }, features), undefined)
  assert.equal(lightModelFor({ enabled: true, threshold: 0 }, features), undefined)
})

test('only the tool calls of the last six messages count, and each limit is passed, not reached', () => {
  const past = (toolCallCount: number) => ({ toolCallCount })
  assert.equal(featuresOf('', [past(9), ...Array.from({ length: 6 }, () => past(0))]).recentToolCalls, 0)
  assert.equal(featuresOf('', [past(1), past(2)]).recentToolCalls, 3)
  const none = { tokenEstimate: 0, codeBlockCount: 0, recentToolCalls: 0, conversationDepth: 0, hasAttachments: false }
  assert.equal(scoreOf({ ...none, tokenEstimate: 50, conversationDepth: 10 }), 0)
  assert.equal(scoreOf({ ...none, tokenEstimate: 200 }), 0.15)
  assert.equal(scoreOf({ ...none, recentToolCalls: 3 }), 0.1)
  assert.equal(scoreOf({ ...none, hasAttachments: true }), 1)
})
