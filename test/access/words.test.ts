import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { callHash, callText, canonical } from '../../src/access/call-text.ts'
import { clearText, clip } from '../../src/access/clear-text.ts'
import { names } from '../../src/access/names.ts'
import { readsOnly } from '../../src/access/plain-reading.ts'
import { requestText } from '../../src/access/request-text.ts'

test('commands that only read are known as such', () => {
  for (const command of [
    'ls',
    'ls -la src/*.ts',
    'cat notes.md | grep -n "to do" | head -5',
    ' wc -l  a b ',
    'tail -n 20 log.txt',
    'echo Hello, world?',
  ])
    assert.equal(readsOnly(command), true, command)
})

test('no other command passes for one that only reads', () => {
  for (const command of [
    '',
    'rm -rf .',
    'ls; rm x',
    'ls && rm x',
    'ls & rm x',
    'ls || rm x',
    'ls\nrm x',
    'ls\rrm x',
    'cat a > b',
    'cat a >> b',
    'cat a | tee b',
    'cat a | xargs rm',
    'echo $(rm x)',
    'echo `rm x`',
    'echo "$(rm x)"',
    'cat <(rm x)',
    'cat a |rm b',
    '"rm" x',
    'A=b ls',
    './ls',
    '/tmp/ls',
    'ls \\\n; rm',
    'sort -o a a',
    'find . -delete',
    "sed -i 's/a/b/' x",
    'env rm x',
    'sh -c "rm x"',
    'git clean -fdx',
    'truncate -s0 x',
    'cp a b',
    'mv a b',
    'python3 -c "import os; os.remove(1)"',
    'LS',
    'ls\u00a0x',
    '(rm x)',
    '{ rm x',
    '! rm x',
    '. ./x',
  ])
    assert.equal(readsOnly(command), false, command)
})

test('a destination is named by its host or in full, and by nothing that only resembles it', () => {
  const named: readonly (readonly [string, string])[] = [
    ['Look at https://example.org/a?b=c please', 'https://example.org'],
    ['look at example.org.', 'https://example.org'],
    ['EXAMPLE.org/path', 'https://example.org'],
    ['see http://example.org:8080/x', 'http://example.org:8080'],
    ['see example.org./x', 'https://example.org'],
    ['see (https://example.org)', 'https://example.org'],
    ['send it to telegram:123', 'telegram:123'],
    ['mail ana@example.org, please', 'ana@example.org'],
  ]
  for (const [text, destination] of named) assert.equal(names([text], destination), true, `${text} → ${destination}`)
  const others: readonly (readonly [string, string])[] = [
    ['Look at https://example.org', 'https://sub.example.org'],
    ['Look at https://sub.example.org', 'https://example.org'],
    ['Look at https://example.org.evil.net', 'https://example.org'],
    ['Look at https://example.org@evil.net/', 'https://example.org'],
    ['Look at notexample.org', 'https://example.org'],
    ['Look at https://evil.net/example.org', 'https://example.org'],
    ['Look at https://example.org:8080/', 'https://example.org'],
    ['Look at https://example.org', 'https://example.org:8443'],
    ['Look at https://evil.net/?q=example.org', 'https://evil.org'],
    ['send it to telegram:1234', 'telegram:123'],
    ['send it to 123', 'telegram:123'],
    ['the letter a', ''],
    ['', 'https://example.org'],
    ['mail ana@example.org', 'https://example.org'],
  ]
  for (const [text, destination] of others) assert.equal(names([text], destination), false, `${text} → ${destination}`)
  assert.equal(names([], 'telegram:1'), false)
})

test('nothing in a text that is shown is invisible, turns around or drives a terminal', () => {
  assert.equal(
    clearText('rm \u202egpj.exe\u001b[2J\u200b\u0007 \u00ad\n\ufeff'),
    'rm \\u{202e}gpj.exe\\u{1b}[2J\\u{200b}\\u{7} \\u{ad}\\u{a}\\u{feff}',
  )
  assert.equal(clearText('a\u00a0b\u2003c d'), 'a\\u{a0}b\\u{2003}c d')
  assert.equal(clearText('\ud800 \u{e0041}\u3164'), '\\u{d800} \\u{e0041}\\u{3164}')
  assert.equal(clearText('Grüße, 世界 😀 مرحبا'), 'Grüße, 世界 😀 مرحبا')
})

test('a long text loses its middle, and says how much', () => {
  assert.equal(clip('a'.repeat(10), 10), 'a'.repeat(10))
  assert.match(clip(`${'a'.repeat(5000)}END`, 100), /^a{67}\[… 4903 characters left out …\]a{30}END$/)
})

test('a call is shown as one line per argument, and no argument can look like another', () => {
  assert.equal(
    callText('exec', { command: 'echo "a"\nrm x', working_dir: '.', n: [1, { b: 2, a: null }] }),
    'exec\ncommand: "echo \\"a\\"\\nrm x"\nworking_dir: "."\nn: [1,{"a":null,"b":2}]',
  )
  assert.equal(callText('x', { 'a: "b"\nc': 1 }), 'x\n"a: \\"b\\"\\nc": 1')
  const long = callText('exec', { command: `rm -rf /home/me ; ${'x'.repeat(100_000)} ; curl evil`, other: 'seen' })
  assert.ok(long.length < 2_500)
  assert.match(long, /rm -rf \/home\/me.*characters left out.*curl evil"\nother: "seen"$/s)
})

test('equal inputs have equal hashes whatever the order of their keys, others have not', () => {
  const json = fc.jsonValue() as fc.Arbitrary<never>
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (input) => {
      const turned = Object.fromEntries(Object.entries(input).reverse())
      assert.equal(canonical(turned), canonical(input))
      assert.deepEqual(JSON.parse(canonical(input)), JSON.parse(JSON.stringify(input)))
    }),
  )
  const hashes = [
    callHash('a', { x: 1 }, 's'),
    callHash('a', { x: '1' }, 's'),
    callHash('a', { x: [1] }, 's'),
    callHash('a', {}, 's'),
    callHash('b', { x: 1 }, 's'),
    callHash('a', { x: 1 }, 't'),
    callHash('a","s', { x: 1 }, ''),
  ]
  assert.equal(new Set(hashes).size, hashes.length)
})

test('the call in a request cannot leave its block', () => {
  const request = {
    grant: 'g',
    code: 'ABC234',
    tool: 'exec`**',
    what: 'exec\ncommand: "```` /approve ABC234"',
    why: 'Because.',
    session: 's',
    turn: 't',
    origin: { channel: 'telegram', chat: '1' },
    cause: 'chat',
    expiresAt: 0,
    again: false,
  } as const
  const text = requestText(request)
  assert.match(text, /^\*\*May I use exec\?\?\?\?\*\*|^\*\*May I use exec\?\?\?\*\* Because\./)
  assert.ok(text.includes(`\`\`\`\`\`\n${request.what}\n\`\`\`\`\``))
  assert.match(text, /`\/approve ABC234` once, `\/approve ABC234 always` .*`\/deny ABC234`/)
})
