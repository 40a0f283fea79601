import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assert as law, asyncProperty, uint8Array } from 'fast-check'
import { Problem } from '../../../src/core/problem.ts'
import { unzip } from '../../../src/tools/skills/zip.ts'
import { inFolder } from '../context.ts'
import { makeZip, type Zipped } from './make-zip.ts'

const skill: Zipped = { name: 'SKILL.md', content: '# A skill' }
const textsOf = async (archive: Uint8Array) =>
  Object.fromEntries((await unzip(archive)).map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]))

test('files and folders of an archive are read, packed or not', async () => {
  const archive = makeZip(
    [
      { ...skill, mode: 0o100644 },
      { name: 'scripts/', stored: true, mode: 0o040755 },
      { name: 'scripts/run.sh', content: 'echo', stored: true, mode: 0o100755 },
      { name: 'docs/é.md', content: 'x'.repeat(10_000) },
      { name: 'empty', content: '' },
    ],
    'a comment',
  )
  assert.deepEqual(await textsOf(archive), {
    'SKILL.md': '# A skill',
    'scripts/run.sh': 'echo',
    'docs/é.md': 'x'.repeat(10_000),
    empty: '',
  })
})

test('an archive of a program that everybody uses is read', (context) =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'scripts'))
    writeFileSync(join(folder, 'SKILL.md'), '# A skill')
    writeFileSync(join(folder, 'scripts', 'a.py'), 'print(1)\n'.repeat(100))
    const code = `import shutil; shutil.make_archive('/${folder}/../${folder.split('/').at(-1)}-out', 'zip', '${folder}')`
    try {
      execFileSync('python3', ['-c', code])
    } catch {
      return context.skip('there is no python3')
    }
    const archive = readFileSync(`${folder}-out.zip`)
    execFileSync('rm', [`${folder}-out.zip`])
    assert.deepEqual(Object.keys(await textsOf(archive)).toSorted(), ['SKILL.md', 'scripts/a.py'])
  }))

const refused: Readonly<Record<string, readonly [readonly Zipped[], RegExp]>> = {
  'a path upward': [[{ name: '../evil', content: 'x' }], /path/],
  'a path upward inside': [[{ name: 'a/../../evil', content: 'x' }], /path/],
  'an absolute path': [[{ name: '/etc/evil', content: 'x' }], /path/],
  'a path of Windows': [[{ name: 'a\\..\\evil', content: 'x' }], /path/],
  'a drive': [[{ name: 'C:evil', content: 'x' }], /path/],
  'a control character': [[{ name: 'a\u0000b', content: 'x' }], /path/],
  'a path that is too long': [[{ name: 'a'.repeat(241), content: 'x' }], /path/],
  'a path that is too deep': [[{ name: 'a/'.repeat(11) + 'b', content: 'x' }], /path/],
  'a symbolic link': [[{ name: 'link', content: '/etc/passwd', mode: 0o120777 }], /link/],
  'a device': [[{ name: 'dev', content: '', mode: 0o020666 }], /link or a device/],
  'an encrypted file': [[{ ...skill, flags: 1 }], /encrypted/],
  'an unknown way of packing': [[{ ...skill, method: 12 }], /not known/],
  'a wrong checksum': [[{ ...skill, crc: 1 }], /not what it should be/],
  'a file that is longer than it says': [[{ ...skill, content: 'x'.repeat(1000), size: 10 }], /cannot be unpacked/],
  'a file that is shorter than it says': [[{ ...skill, size: 1000 }], /not what it should be/],
  'two names for one file': [[{ ...skill, otherName: 'other.md' }], /two names/],
  'two files in one place': [[skill, { ...skill, overlaps: true }], /lies in another/],
  'a promise of too many bytes': [[{ ...skill, size: 60 * 1024 * 1024 }], /more than 50 MiB/],
  'many promises of many bytes': [
    Array.from({ length: 6 }, (_, index) => ({ name: `f${index}`, content: 'x', size: 10 * 1024 * 1024 })),
    /more than 50 MiB/,
  ],
  'too many files': [Array.from({ length: 501 }, (_, index) => ({ name: `f${index}`, content: 'x' })), /more than 500/],
  'a folder with a content': [[{ name: 'folder/', content: 'x' }], /folder with a content/],
}
for (const [name, [files, why]] of Object.entries(refused))
  test(`an archive is refused for ${name}`, () =>
    assert.rejects(unzip(makeZip([skill, ...files])), (error: unknown) => {
      assert.ok(error instanceof Problem, String(error))
      assert.match(error.message, why)
      return true
    }))

test('a bomb is refused without being unpacked', async () => {
  const zeros = Buffer.alloc(40 * 1024 * 1024)
  const bomb = makeZip([skill, { name: 'bomb', content: zeros, size: 1024 }])
  await assert.rejects(unzip(bomb), /cannot be unpacked/)
})

test('no bytes whatever are taken for an archive, and a damaged one breaks nothing', async () => {
  await assert.rejects(unzip(new Uint8Array()), Problem)
  const archive = makeZip([skill, { name: 'a/b', content: 'more' }])
  for (let at = 0; at < archive.length; at += 1) {
    const damaged = Buffer.from(archive)
    damaged[at] = (damaged[at] ?? 0) ^ 0xff
    await unzip(damaged).catch((error: unknown) => assert.ok(error instanceof Problem, `${at}: ${String(error)}`))
    await unzip(archive.subarray(0, at)).catch((error: unknown) => assert.ok(error instanceof Problem))
  }
  await law(
    asyncProperty(uint8Array({ maxLength: 200 }), (bytes) => assert.rejects(unzip(bytes), Problem)),
    { numRuns: 200 },
  )
})
