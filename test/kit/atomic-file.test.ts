import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { ensureFolder, writeAtomic } from '../../src/kit/atomic-file.ts'

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'picoclaw-atomic-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('a file is for its owner only, also when it was open to all before; another mode is kept to', async () => {
  await using place = await folder()
  const file = join(place.path, 'file')
  await writeFile(file, 'old', { mode: 0o666 })
  await writeAtomic(file, 'new')
  assert.equal(await readFile(file, 'utf8'), 'new')
  assert.equal(await modeOf(file), 0o600)
  await writeAtomic(file, new Uint8Array([1, 2]), { mode: 0o644 })
  assert.equal(await modeOf(file), 0o644)
  assert.deepEqual(await readdir(place.path), ['file'])
})

test('a link stays a link; its file, there or not, has the new bytes', async () => {
  await using place = await folder()
  const [file, link, dangling] = [join(place.path, 'file'), join(place.path, 'link'), join(place.path, 'dangling')]
  await writeFile(file, 'old')
  await symlink('file', link)
  await writeAtomic(link, 'new')
  assert.equal(await readlink(link), 'file')
  assert.equal(await readFile(file, 'utf8'), 'new')
  await symlink('later', dangling)
  await writeAtomic(dangling, 'made')
  assert.equal(await readlink(dangling), 'later')
  assert.equal(await readFile(join(place.path, 'later'), 'utf8'), 'made')
})

test('a failure leaves the old bytes and no temporary file', async () => {
  await using place = await folder()
  const taken = join(place.path, 'taken')
  await mkdir(join(taken, 'full'), { recursive: true })
  await assert.rejects(writeAtomic(taken, 'x'))
  assert.deepEqual(await readdir(place.path), ['taken'])
  await assert.rejects(writeAtomic(join(place.path, 'no', 'folder'), 'x'), { code: 'ENOENT' })
  assert.deepEqual(await readdir(place.path), ['taken'])
})

test('many writers of one file leave one of their texts whole', async () => {
  await using place = await folder()
  const file = join(place.path, 'file')
  const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000))
  await Promise.all(texts.map((text) => writeAtomic(file, text)))
  assert.ok(texts.includes(await readFile(file, 'utf8')))
  assert.deepEqual(await readdir(place.path), ['file'])
})

test('a process killed in the middle of writing leaves the old bytes or the new ones', async () => {
  await using place = await folder()
  const file = join(place.path, 'file')
  const size = 4_000_000
  const source = `import { writeAtomic } from ${JSON.stringify(new URL('../../src/kit/atomic-file.ts', import.meta.url).href)}
    for (let round = 0; ; round += 1) {
      await writeAtomic(process.argv[1], String(round % 10).repeat(${size}))
      if (round === 0) process.stdout.write('ready')
    }`
  for (const delay of [1, 4, 9, 17]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await wait(delay)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const text = await readFile(file, 'utf8')
    assert.equal(text.length, size)
    assert.equal(text, text.charAt(0).repeat(size))
  }
})

test('a folder and its parents are made for the owner only; one that is there keeps its mode', async () => {
  await using place = await folder()
  const deep = join(place.path, 'a', 'b')
  await ensureFolder(deep)
  assert.equal(await modeOf(deep), 0o700)
  assert.equal(await modeOf(join(place.path, 'a')), 0o700)
  const open = join(place.path, 'open')
  await mkdir(open, { mode: 0o755 })
  await ensureFolder(open)
  assert.equal(await modeOf(open), 0o755)
})
