import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
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
      const { text } = redactor([each])
      const bytes = Buffer.from(each)
      for (const form of [
        bytes.toString('base64'),
        bytes.toString('base64url'),
        JSON.stringify(each),
        new URLSearchParams({ k: each }).toString(),
      ])
        assert.ok(text(`a ${form} b`).includes(mask), form)
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
  const { value } = redactor(['s3cr3t-value-1'])
  assert.deepEqual(value({ a: ['x s3cr3t-value-1', 1, null], 's3cr3t-value-1': true }), {
    a: [`x ${mask}`, 1, null],
    [mask]: true,
  })
})

test('placeholders are told from keys, and neither they nor short words are removed', () => {
  for (const word of [
    '',
    ' ',
    'changeme',
    'change-me',
    'your-key',
    'your-api-key',
    'your_api_key',
    'Your API Key',
    'your-z.ai-key',
    'YOUR_PROXY_STATIC_TOKEN',
    'my-api-key',
    'sk-your-openai-key',
    'sk-ant-your-key',
    'sk-...',
    'BSA...',
    'sk-…',
    '<your key>',
    '[REDACTED]',
    'xxxxxxxxxxxx',
    '********',
    'no-key',
    'not-needed',
    'undefined',
    'null',
    'sk-xxxxxxxx',
    'gsk_xxx',
    'sk-or-v1-xxx',
  ]) {
    assert.ok(isPlaceholder(word), word)
    assert.equal(redactor([word]).text(`a ${word} b`), `a ${word} b`)
  }
  for (const word of [
    'sk-proj-9fj3k2l1',
    'gsk_a8f7s6d5',
    'hunter2hunter2',
    'my-cat-is-called-tom',
    'yours-truly-91',
    'sk-1234',
    'sk-main',
    'xxyxxyxx',
  ])
    assert.ok(!isPlaceholder(word), word)
  assert.equal(redactor(['short', '7letter']).text('short 7letter'), 'short 7letter')
})

test('of two secrets that share a start the longer is removed whole', () => {
  assert.equal(redactor(['abcdefgh1', 'abcdefgh1-more']).text('x abcdefgh1-more y'), `x ${mask} y`)
})

const few = fc.string({ unit: fc.constantFrom('a', 'b', '/', '"'), minLength: 8, maxLength: 14 })
const chunks = (text: string, sizes: readonly number[]) => {
  const pieces: string[] = []
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}

test('a stream says what the whole text would, however it is cut and however alike the secrets are', () =>
  fc.assert(
    fc.property(
      fc.array(few, { minLength: 1, maxLength: 6 }),
      fc.array(fc.oneof(fc.nat(5), fc.string({ unit: fc.constantFrom('a', 'b', '/', ' '), maxLength: 6 })), {
        maxLength: 12,
      }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      (secrets, parts, sizes) => {
        const redact = redactor(secrets)
        const whole = parts.map((part) => (typeof part === 'number' ? (secrets[part] ?? '') : part)).join('')
        const stream = redact.stream()
        const streamed = chunks(whole, sizes).map((piece) => stream.push(piece))
        assert.equal(streamed.join('') + stream.flush(), redact.text(whole))
      },
    ),
    { numRuns: 300 },
  ))

test('only what may be the start of a secret is held back', () => {
  const stream = redactor(['sk-abcdefgh-12345']).stream()
  assert.equal(stream.push('The key is sk-abc'), 'The key is ')
  assert.equal(stream.push('tual not'), 'sk-abctual not')
  assert.equal(stream.push('hing s'), 'hing ')
  assert.equal(stream.flush(), 's')
})

test('a longer secret that begins like a shorter one is removed whole from a stream', () => {
  const stream = redactor(['abcdefgh1', 'abcdefgh1-more']).stream()
  assert.equal(stream.push('x abcdefgh1') + stream.push('-more y') + stream.flush(), `x ${mask} y`)
})

test('a secret that is learned later is removed from then on', () => {
  const redact = redactor()
  const stream = redact.stream()
  assert.equal(stream.push('token-12345678 '), 'token-12345678 ')
  redact.add('token-12345678\n')
  assert.equal(stream.push('token-12345678 '), `${mask} `)
  assert.equal(redact.text('token-12345678'), mask)
})

test('a password is found in the base64 of user and password', () => {
  const { text } = redactor(['correct horse battery'])
  for (const user of ['a', 'ab', 'abc', 'ada.lovelace']) {
    const header = Buffer.from(`${user}:correct horse battery`).toString('base64')
    const told = Buffer.from(text(`Basic ${header}`).replace('Basic ', '').replace(mask, ''), 'base64').toString(
      'latin1',
    )
    assert.ok(!told.includes('orrect'), told)
  }
})

test('lower-case percent signs and escaped slashes hide nothing', () => {
  const { text } = redactor(['p/ss+w=rd é'])
  for (const form of ['p%2fss%2bw%3drd%20%c3%a9', 'p%2Fss%2Bw%3Drd+%C3%A9', 'p\\/ss+w=rd é'])
    assert.equal(text(form), mask, form)
})
