import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { formatModelRef, parseModelRef, splitModel } from '../../src/models/ref.ts'
import { vendorIds, vendorOf } from '../../src/models/vendor-lookup.ts'

const names = vendorIds.flatMap((id) => [id, ...(vendorOf(id)?.aliases ?? [])])
const segment = fc.stringMatching(/^[A-Za-z0-9:._-]{1,12}$/)
const path = fc
  .array(fc.oneof(segment, fc.constantFrom(...names)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))

test('only the outer vendor is cut, once, whatever the inner path', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), path, (name, inner) => {
      assert.equal(splitModel({ model: `${name}/${inner}` })?.model, inner)
    }),
  )
})

test('with an explicit provider nothing is cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), path, (provider, model) => {
      assert.equal(splitModel({ provider, model })?.model, model)
    }),
  )
})

test('a formatted reference reads as itself', () => {
  fc.assert(
    fc.property(fc.constantFrom(...vendorIds), path, fc.constantFrom('', ...vendorIds), (vendor, model, otherwise) => {
      assert.deepEqual(parseModelRef(formatModelRef({ vendor, model }), otherwise), { vendor, model })
    }),
  )
})

test('an unknown first segment belongs to the model', () => {
  assert.deepEqual(parseModelRef('meta-llama/Llama-3.1-8B', 'Groq'), {
    vendor: 'groq',
    model: 'meta-llama/Llama-3.1-8B',
  })
  assert.deepEqual(splitModel({ model: 'hf:zai-org/GLM-4.7' }), { vendor: 'openai', model: 'hf:zai-org/GLM-4.7' })
})

test('nothing to name gives nothing', () => {
  for (const raw of ['', '   ', 'openai/', ' openai / ', '/'])
    assert.equal(parseModelRef(raw, 'openai'), undefined, raw)
})
