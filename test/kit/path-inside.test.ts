import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../src/core/problem.ts'
import { isInside, resolveInside } from '../../src/kit/path-inside.ts'

async function folders() {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'picoclaw-inside-')))
  const [root, outside] = [join(base, 'root'), join(base, 'outside')]
  await mkdir(join(root, 'sub'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(root, 'sub', 'file'), 'x')
  await writeFile(join(outside, 'secret'), 'x')
  return { base, root, outside, [Symbol.asyncDispose]: () => rm(base, { recursive: true }) }
}
const denied = (error: unknown) => error instanceof Problem && error.message.startsWith('Access denied:')

test('what lies in the folder resolves to its real path, also when it does not exist yet', async () => {
  await using place = await folders()
  const { root } = place
  await symlink('sub', join(root, 'alias'))
  assert.equal(await resolveInside(root, '.'), root)
  assert.equal(await resolveInside(root, 'sub/file'), join(root, 'sub/file'))
  assert.equal(await resolveInside(root, join(root, 'sub/file')), join(root, 'sub/file'))
  assert.equal(await resolveInside(root, 'new/deep/file'), join(root, 'new/deep/file'))
  assert.equal(await resolveInside(root, 'sub/../sub/new'), join(root, 'sub/new'))
  assert.equal(await resolveInside(root, '..name'), join(root, '..name'))
  assert.equal(await resolveInside(root, 'alias/new'), join(root, 'sub/new'))
})

test('a folder that is itself reached through a link is the folder it leads to', async () => {
  await using place = await folders()
  const link = join(place.base, 'link')
  await symlink(place.root, link)
  assert.equal(await resolveInside(link, 'sub/file'), join(place.root, 'sub/file'))
})

test('what lies outside is refused, however it is written', async () => {
  await using place = await folders()
  const { root, outside } = place
  await symlink(outside, join(root, 'door'))
  await symlink(join(outside, 'secret'), join(root, 'leak'))
  await symlink('../../outside/secret', join(root, 'sub', 'back'))
  await mkdir(`${root}-twin`)
  for (const path of [
    '..',
    '../outside/secret',
    'sub/../../outside/secret',
    'not/there/../../../outside/new',
    join(outside, 'secret'),
    '/etc/passwd',
    '/',
    `${root}-twin/file`,
    'door',
    'door/secret',
    'door/not-there-yet',
    'leak',
    'sub/back',
  ])
    await assert.rejects(resolveInside(root, path), denied, path)
})

test('a link to a file that does not exist yet is judged by where it leads', async () => {
  await using place = await folders()
  const { root, outside } = place
  await symlink(join(outside, 'planned'), join(root, 'out'))
  await symlink('out', join(root, 'twice'))
  await symlink(join(root, 'sub', 'planned'), join(root, 'in'))
  await assert.rejects(resolveInside(root, 'out'), denied)
  await assert.rejects(resolveInside(root, 'out/below'), denied)
  await assert.rejects(resolveInside(root, 'twice'), denied)
  assert.equal(await resolveInside(root, 'in'), join(root, 'sub', 'planned'))
})

test('a link that is swapped between two questions is judged anew', async () => {
  await using place = await folders()
  const { root, outside } = place
  const link = join(root, 'link')
  await symlink(join(root, 'sub'), link)
  assert.equal(await resolveInside(root, 'link/x'), join(root, 'sub/x'))
  await rm(link)
  await symlink(outside, link)
  await assert.rejects(resolveInside(root, 'link/x'), denied)
})

test('the sentence names the path as it was written and the folder', async () => {
  await using place = await folders()
  await assert.rejects(resolveInside(place.root, '../x'), (error: unknown) => {
    assert.ok(error instanceof Problem)
    assert.equal(error.message, `Access denied: ../x lies outside ${place.root}.`)
    assert.equal(error.detail.mend, `Use a path inside ${place.root}.`)
    return true
  })
})

test('a path that can be none is a Problem too', async () => {
  await using place = await folders()
  await symlink('loop', join(place.root, 'loop'))
  for (const path of ['sub/file/below', 'loop', 'loop/x', 'nul\0byte', 'x'.repeat(5_000)])
    await assert.rejects(resolveInside(place.root, path), Problem, path.slice(0, 20))
})

test('isInside agrees with the paths that are written below the folder', () => {
  const name = fc.stringMatching(/^[a-z.]{1,4}$/).filter((text) => text !== '.' && text !== '..')
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), fc.array(name), fc.nat(3), (folder, below, up) => {
      const root = `/${folder.join('/')}`
      assert.ok(isInside(root, posix.join(root, ...below)))
      assert.ok(!isInside(root, dirname(root)))
      assert.ok(!isInside(root, `${root}x`))
      const moved = posix.resolve(root, ...below, ...Array.from({ length: up }, () => '..'))
      assert.equal(isInside(root, moved), moved === root || moved.startsWith(`${root}/`))
    }),
  )
})
