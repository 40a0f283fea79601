import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPlaceholder, mask, redactor } from '../../src/kit/redact.ts'

const secret = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((text) => !isPlaceholder(text))
const filler = fc.string({ maxLength: 30 })

test('no secret is left in a text, wherever it stands', () =>
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 5 }),
      fc.array(filler, { minLength: 2, maxLength: 6 }),
      (secrets, parts) => {
        const redacted = redactor(secrets).text(parts.join(secrets[0]))
        for (const each of secrets) assert.ok(mask.includes(each) || !redacted.includes(each), redacted)
      },
    ),
  ))

test('a secret is found in base64, in a URL and in JSON too', () =>
  fc.assert(
    fc.property(secret, (each) => {
      const redact = redactor([each])
      const bytes = Buffer.from(each)
      for (const form of [
        bytes.toString('base64'),
        bytes.toString('base64url'),
        JSON.stringify(each),
        new URLSearchParams({ k: each }).toString(),
      ])
        assert.ok(redact.text(`a ${form} b`).includes(mask), form)
    }),
  ))

test('a secret that comes in pieces is found, and nothing else is lost', () =>
  fc.assert(
    fc.property(
      secret,
      filler,
      filler,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (each, before, after, sizes) => {
        const redact = redactor([each])
        const whole = `${before}${each}${after}${each}`
        const stream = redact.stream()
        let out = ''
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          out += stream.push(whole.slice(at, at + size))
          at += size
        }
        out += stream.flush()
        assert.ok(mask.includes(each) || !out.includes(each), out)
        assert.equal(out.split(mask).length >= 2, true)
      },
    ),
  ))

test('a stream without secrets comes out as it went in', () =>
  fc.assert(
    fc.property(fc.array(filler), (pieces) => {
      const stream = redactor(['sk-abcdefgh-12345']).stream()
      assert.equal(pieces.map((piece) => stream.push(piece)).join('') + stream.flush(), pieces.join(''))
    }),
  ))

test('every string of a JSON value is cleaned, keys too; the rest stays', () => {
  const redact = redactor(['s3cr3t-value-1'])
  assert.deepEqual(redact.value({ a: ['x s3cr3t-value-1', 1, null], 's3cr3t-value-1': true }), {
    a: [`x ${mask}`, 1, null],
    [mask]: true,
  })
})

test('placeholders and short words are never secrets', () => {
  for (const word of [
    '',
    'short',
    'changeme',
    'your-api-key',
    'Your API Key',
    'sk-your-openai-key',
    'sk-ant-your-key',
    'sk-...',
    'BSA...',
    '<your key>',
    'xxxxxxxxxxxx',
    'no-key',
    'undefined',
    'sk-xxxxxxxx',
  ]) {
    assert.ok(isPlaceholder(word), word)
    assert.equal(redactor([word]).text(`a ${word} b`), `a ${word} b`)
  }
  for (const word of ['sk-proj-9fj3k2l1', 'gsk_a8f7s6d5', 'hunter2hunter2']) assert.ok(!isPlaceholder(word), word)
})

test('of two secrets that share a start the longer is removed whole', () => {
  assert.equal(redactor(['abcdefgh1', 'abcdefgh1-more']).text('x abcdefgh1-more y'), `x ${mask} y`)
})

test('a stream says what the whole text would say, whatever its pieces and however its secrets overlap', () => {
  const overlapping = fc
    .array(fc.stringMatching(/^[ab]{8,14}$/), { minLength: 1, maxLength: 4 })
    .filter((secrets) => secrets.every((each) => !isPlaceholder(each)))
  fc.assert(
    fc.property(overlapping, fc.array(fc.stringMatching(/^[ab c]{0,9}$/), { maxLength: 12 }), (secrets, fillers) => {
      const pieces = fillers.flatMap((filler, index) => [filler, ...(secrets[index % 5]?.match(/.{1,5}/g) ?? [])])
      const redact = redactor(secrets)
      const stream = redact.stream()
      assert.equal(pieces.map((piece) => stream.push(piece)).join('') + stream.flush(), redact.text(pieces.join('')))
    }),
    { numRuns: 500 },
  )
})
