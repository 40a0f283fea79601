import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ensureFolder, writeAtomic } from '../../src/kit/atomic-file.ts'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'atomic-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('a file is written whole, for its owner alone, and nothing else is left in the folder', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'config.json')
    await writeAtomic(path, 'one')
    assert.equal(await readFile(path, 'utf8'), 'one')
    assert.equal(await modeOf(path), 0o600)
    await chmod(path, 0o644)
    await writeAtomic(path, Buffer.from('two'))
    assert.equal(await readFile(path, 'utf8'), 'two')
    assert.equal(await modeOf(path), 0o600)
    await writeAtomic(path, 'three', { mode: 0o644 })
    assert.equal(await modeOf(path), 0o644)
    assert.deepEqual(await readdir(folder), ['config.json'])
  }))

test('a link stays a link and its file changes, also a file that is not there yet', () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, 'real'))
    await writeFile(join(folder, 'real', 'old.json'), 'old')
    for (const name of ['old.json', 'new.json']) {
      const link = join(folder, name)
      await symlink(join('real', name), link)
      await writeAtomic(link, 'new')
      assert.ok((await lstat(link)).isSymbolicLink())
      assert.equal(await readFile(join(folder, 'real', name), 'utf8'), 'new')
    }
    assert.deepEqual((await readdir(join(folder, 'real'))).toSorted(), ['new.json', 'old.json'])
  }))

test('a failed write leaves the old file and no temporary one', () =>
  inFolder(async (folder) => {
    const target = join(folder, 'is-a-folder')
    await mkdir(target)
    await assert.rejects(writeAtomic(target, 'text'))
    assert.deepEqual(await readdir(folder), ['is-a-folder'])
    await assert.rejects(writeAtomic(join(folder, 'missing', 'file'), 'text'), { code: 'ENOENT' })
  }))

test('readers see the old bytes or the new ones, never a part', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'file')
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000))
    await writeAtomic(path, texts[0] ?? '')
    const write = async () => {
      for (let turn = 1; turn <= 10; turn += 1) await writeAtomic(path, texts[turn % 2] ?? '')
    }
    const read = async () => {
      for (let turn = 1; turn <= 40; turn += 1) assert.ok(texts.includes(await readFile(path, 'utf8')))
    }
    await Promise.all([write(), read()])
  }))

test('a folder is made with its parents for the owner alone; one that exists is left as it is', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a', 'b')
    await ensureFolder(path)
    assert.equal(await modeOf(path), 0o700)
    await chmod(path, 0o755)
    await ensureFolder(path)
    assert.equal(await modeOf(path), 0o755)
  }))
