import assert from 'node:assert/strict'
import { rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { type FileAccess, fileAccess } from '../../../src/tools/files/access.ts'
import { fileTools } from '../../../src/tools/files/index.ts'
import { call } from '../context.ts'
import { inputs, links, processFiles, swaps, waysOut } from './file-classes.ts'
import { makePlace, type Place } from './place.ts'

/** Rows side by side, each in a place of its own. */
const concurrency = 4

const modes = ['bytes', 'lines'] as const

async function attempt(place: Place, access: FileAccess, tools: readonly string[], asked: string) {
  const path = place.fill(asked)
  let said = ''
  for (const mode of modes)
    for (const tool of fileTools({ access, mode })) {
      const { name } = tool.spec
      if (!tools.includes(name)) continue
      const { text } = await call(tool, { ...inputs[name], path: name === 'list_dir' ? dirname(path) : path })
      // The names in a folder outside are a secret like any other.
      said += name === 'list_dir' && /FILE: secret\.txt/.test(text) ? 'CANARY-7f3a91' : text
    }
  return place.damage(said)
}
const all = Object.keys(inputs)
const guarded = (place: Place) => fileAccess({ workspace: place.workspace })
const open = (place: Place) => fileAccess({ workspace: place.workspace, restrict: false })

suite('escape by file tool: paths', { concurrency }, () => {
  for (const path of waysOut)
    test(path, async () => {
      await using place = await makePlace()
      assert.deepEqual(await attempt(place, guarded(place), all, path), [])
    })
  for (const tool of all)
    test(`the class proves something: unrestricted, ${tool} gets out`, async () => {
      await using place = await makePlace()
      assert.notDeepEqual(await attempt(place, open(place), [tool], '../outside/secret.txt'), [])
    })
})

const masked = (place: Place) =>
  fileAccess({ workspace: place.workspace, restrict: false, hidden: [place.fill('{outside}')] })

suite('escape by file tool: what is hidden, where tools may go anywhere', { concurrency }, () => {
  for (const path of waysOut)
    test(path, async () => {
      await using place = await makePlace()
      assert.deepEqual(await attempt(place, masked(place), all, path), [])
    })
  for (const tool of all)
    test(`the class proves something: with nothing hidden, ${tool} gets there`, async () => {
      await using place = await makePlace()
      assert.notDeepEqual(await attempt(place, open(place), [tool], '{outside}/secret.txt'), [])
    })
})

suite('escape by file tool: files of running processes', { concurrency }, () => {
  const readIn = async (access: FileAccess, path: string) => {
    const [tool] = fileTools({ access })
    assert.ok(tool)
    return call(tool, { path })
  }
  for (const path of processFiles)
    test(path, async () => {
      await using place = await makePlace()
      const { text, failed } = await readIn(open(place), place.fill(path))
      assert.ok(failed, text)
      assert.deepEqual(await place.damage(text), [])
    })
  test('the class proves something: without a look at the path it is read', async () => {
    await using place = await makePlace()
    const blind = { ...open(place), resolve: (path: string) => Promise.resolve(path), verify: () => Promise.resolve() }
    const { text } = await readIn(blind, place.fill('/proc/{victim}/status'))
    assert.match(text, /Name:\s+sleep/)
  })
})

async function withLink(place: Place, { link, to }: { readonly link: string; readonly to: string }) {
  const path = join(place.workspace, link)
  await rm(path, { recursive: true, force: true })
  await symlink(place.fill(to), path)
}

suite('escape by file tool: links', { concurrency }, () => {
  for (const { link, to, ask } of links)
    test(`${ask} where ${link} leads to ${to}`, async () => {
      await using place = await makePlace()
      await withLink(place, { link, to })
      assert.deepEqual(await attempt(place, guarded(place), all, ask), [])
    })
  for (const tool of all)
    test(`the class proves something: unrestricted, ${tool} follows a link out`, async () => {
      await using place = await makePlace()
      assert.notDeepEqual(await attempt(place, open(place), [tool], 'way-out/secret.txt'), [])
    })
})

/** The guard with somebody at work between the look and the use; `verify: false` trusts the look. */
function raced(place: Place, race: (typeof swaps)[number], verify: boolean): FileAccess {
  const access = guarded(place)
  return {
    ...access,
    async resolve(path, purpose) {
      // Harmless again before each look, as somebody would who flips it to and fro.
      await rm(join(place.workspace, race.swap), { recursive: true, force: true })
      const real = await access.resolve(path, purpose)
      await withLink(place, { link: race.swap, to: race.to })
      return real
    },
    verify: (...seen) => (verify ? access.verify(...seen) : Promise.resolve()),
  }
}

suite('escape by file tool: links exchanged while a path is used', { concurrency }, () => {
  for (const race of swaps)
    for (const tool of all)
      test(`${tool} of ${race.ask} while ${race.swap} becomes a link to ${race.to}`, async () => {
        await using place = await makePlace()
        assert.deepEqual(await attempt(place, raced(place, race, true), [tool], race.ask), [])
      })
  for (const tool of all)
    test(`the class proves something: without the second look, ${tool} gets out`, async () => {
      await using place = await makePlace()
      const race = { ask: 'sub/folder/file.txt', swap: 'sub', to: '{outside}' }
      assert.notDeepEqual(await attempt(place, raced(place, race, false), [tool], race.ask), [])
    })
})

test('every class has at least twenty ways to try', () => {
  assert.ok(new Set(waysOut).size >= 20)
  assert.ok(links.length >= 20)
  assert.ok(new Set(processFiles).size >= 20)
  assert.ok(new Set(swaps.map((swap) => JSON.stringify(swap))).size >= 20)
})
