import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { isInside, resolveInside } from '../../src/kit/path-inside.ts'

let base = ''
let root = ''
before(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'inside-')))
  root = join(base, 'root')
  await mkdir(join(root, 'notes'), { recursive: true })
  await mkdir(join(base, 'root-twin'))
  await mkdir(join(base, 'outside'))
  await writeFile(join(root, 'notes', 'a.md'), '')
  await writeFile(join(base, 'outside', 'secret'), '')
  const links = {
    'to-notes': 'notes',
    'to-outside': '../outside',
    'to-nothing-outside': '../outside/planned',
    'to-nothing-inside': 'notes/planned',
    'by-two': 'to-nothing-outside',
    'by-folder': 'to-outside/planned',
    circle: 'circle',
  }
  for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name))
  await symlink(root, join(base, 'root-link'))
})
after(() => rm(base, { recursive: true, force: true }))

test('paths inside come back real, also of what does not exist yet', async () => {
  for (const [path, real] of [
    ['.', ''],
    ['notes/a.md', 'notes/a.md'],
    ['notes/../notes/a.md', 'notes/a.md'],
    ['notes/new/deep.md', 'notes/new/deep.md'],
    ['to-notes/a.md', 'notes/a.md'],
    ['to-notes/new.md', 'notes/new.md'],
    ['to-nothing-inside', 'notes/planned'],
    ['..strange', '..strange'],
  ] as const)
    assert.equal(await resolveInside(root, path), join(root, real), path)
  assert.equal(await resolveInside(root, join(root, 'notes', 'a.md')), join(root, 'notes', 'a.md'))
  assert.equal(await resolveInside(join(base, 'root-link'), join(base, 'root-link', 'new')), join(root, 'new'))
})

test('nothing leads outside: dots, absolute paths, siblings with the same start, links, links to what is not there yet', async () => {
  for (const path of [
    '..',
    '../outside/secret',
    'notes/../../outside/secret',
    join(base, 'outside', 'secret'),
    '/etc/passwd',
    join(base, 'root-twin', 'file'),
    'to-outside/secret',
    'to-outside/planned',
    'to-nothing-outside',
    'by-two',
    'by-folder',
  ])
    await assert.rejects(
      resolveInside(root, path),
      (error) => error instanceof Problem && /outside/.test(error.message),
    )
})

test('what can be no file is a Problem too', async () => {
  for (const path of ['circle', 'notes/a.md/below', 'with\0zero'])
    await assert.rejects(
      resolveInside(root, path),
      (error) => error instanceof Problem && /no path/.test(error.message),
    )
})

test('a folder is inside itself and not inside its twin', () => {
  assert.ok(isInside('/a/b', '/a/b'))
  assert.ok(isInside('/', '/a'))
  assert.ok(!isInside('/a/b', '/a/bc'))
  assert.ok(!isInside('/a/b', '/a'))
})
