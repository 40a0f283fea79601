import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../src/core/json.ts'
import { type FileAccessOptions, fileAccess } from '../../src/tools/files/access.ts'
import { replaceOnce } from '../../src/tools/files/edit-file.ts'
import { fileTools } from '../../src/tools/files/index.ts'
import { call, inFolder } from './context.ts'

interface Options extends Partial<FileAccessOptions> {
  readonly mode?: 'bytes' | 'lines'
  readonly readLimit?: number
}

const toolsIn = (workspace: string, { mode, readLimit, ...options }: Options = {}) => {
  const tools = fileTools({
    access: fileAccess({ workspace, ...options }),
    ...(mode && { mode }),
    ...(readLimit && { readLimit }),
  })
  return (name: string, input: JsonObject) => {
    const tool = tools.find(({ spec }) => spec.name === name)
    assert.ok(tool)
    return call(tool, input)
  }
}

test('a file is written once, and replaced only when that is said', () =>
  inFolder(async (folder) => {
    const run = toolsIn(folder)
    assert.deepEqual(await run('write_file', { path: 'a/b/c.txt', content: 'one' }), {
      text: 'File written: a/b/c.txt',
      failed: false,
    })
    const again = await run('write_file', { path: 'a/b/c.txt', content: 'two' })
    assert.deepEqual(again, {
      text: 'file: a/b/c.txt already exists. Set overwrite=true to replace.',
      failed: true,
    })
    assert.equal(await readFile(join(folder, 'a/b/c.txt'), 'utf8'), 'one')
    await run('write_file', { path: 'a/b/c.txt', content: 'three', overwrite: true })
    assert.equal(await readFile(join(folder, 'a/b/c.txt'), 'utf8'), 'three')
    assert.equal((await stat(join(folder, 'a/b/c.txt'))).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(join(folder, 'a/b')), ['c.txt'])
  }))

test('of writers that race for one new file, one wins', () =>
  inFolder(async (folder) => {
    const run = toolsIn(folder)
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => run('write_file', { path: 'x', content: `${index}` })),
    )
    assert.equal(all.filter(({ failed }) => !failed).length, 1)
  }))

test('an edit keeps the mode of the file', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'run.sh'), 'echo one\n')
    await chmod(join(folder, 'run.sh'), 0o755)
    await toolsIn(folder)('edit_file', { path: 'run.sh', old_text: 'one', new_text: '$& $1 two' })
    assert.equal(await readFile(join(folder, 'run.sh'), 'utf8'), 'echo $& $1 two\n')
    assert.equal((await stat(join(folder, 'run.sh'))).mode & 0o777, 0o755)
  }))

test('an edit puts exactly the new text where the old one was', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), fc.string(), (head, old, fresh, tail) => {
      const content = head + old + tail
      fc.pre(content.split(old).length === 2 && !content.includes('\r\n'))
      assert.equal(replaceOnce(content, old, fresh), head + fresh + tail)
    }),
  )
})

test('an edit in a file with CRLF line ends accepts plain ones and keeps CRLF', () => {
  assert.equal(replaceOnce('a\r\nb\r\nc\r\n', 'a\nb', 'x\ny'), 'x\r\ny\r\nc\r\n')
})

test('an edit leaves a byte order mark where it is and refuses what is not UTF-8', () =>
  inFolder(async (folder) => {
    const run = toolsIn(folder)
    await writeFile(join(folder, 'bom'), '\uFEFFone')
    await run('edit_file', { path: 'bom', old_text: 'one', new_text: 'two' })
    assert.equal(await readFile(join(folder, 'bom'), 'utf8'), '\uFEFFtwo')
    await writeFile(join(folder, 'latin'), Buffer.from('gr\xfcn', 'latin1'))
    const { text, failed } = await run('edit_file', { path: 'latin', old_text: 'gr', new_text: 'GR' })
    assert.ok(failed)
    assert.match(text, /not UTF-8/)
  }))

test('pages by bytes add up to the file, whatever its characters', () =>
  inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 4, max: 20 }),
        async (content, limit) => {
          fc.pre(!content.includes('\0'))
          await writeFile(join(folder, 'f'), content)
          const run = toolsIn(folder, { readLimit: limit })
          let whole = ''
          for (let offset: number | undefined = 0; offset !== undefined;) {
            const { text, failed } = await run('read_file', { path: 'f', offset })
            assert.ok(!failed, text)
            const at = text.indexOf('\n\n')
            if (at >= 0) whole += text.slice(at + 2)
            const [, next] = /offset=(\d+)/.exec(at < 0 ? text : text.slice(0, at)) ?? []
            offset = next === undefined ? undefined : Number(next)
          }
          assert.equal(whole, content)
        },
      ),
      { numRuns: 40 },
    ),
  ))

test('pages by lines add up to the file', () =>
  inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-zé ]{0,12}$/), { minLength: 1, maxLength: 12 }),
        fc.option(fc.integer({ min: 1, max: 4 })),
        async (lines, count) => {
          const content = lines.map((line) => `${line}\n`).join('')
          await writeFile(join(folder, 'f'), content)
          const run = toolsIn(folder, { mode: 'lines', readLimit: 30 })
          let whole = ''
          for (let line: number | undefined = 1; line !== undefined;) {
            const { text } = await run('read_file', { path: 'f', start_line: line, ...(count && { max_lines: count }) })
            const at = text.indexOf('\n\n')
            whole += text.slice(at + 2).replaceAll(/^\d+\|/gm, '')
            const [, next] = /start_line=(\d+)/.exec(text.slice(0, at)) ?? []
            line = next === undefined ? undefined : Number(next)
          }
          assert.equal(whole, content)
        },
      ),
      { numRuns: 40 },
    ),
  ))

test('a line longer than a page is shown by its start, with a note', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'f'), `${'x'.repeat(100)}\nnext\n`)
    const { text } = await toolsIn(folder, { mode: 'lines', readLimit: 20 })('read_file', { path: 'f' })
    assert.match(text, /Line 1 is longer than 20 bytes[^]*\n\n1\|x{20}\n$/)
    assert.match(text, /start_line=2/)
  }))

test('beyond the end there is nothing', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'f'), 'abc\n')
    const bytes = await toolsIn(folder)('read_file', { path: 'f', offset: 4 })
    assert.match(bytes.text, /END OF FILE - no content at this offset/)
    const lines = await toolsIn(folder, { mode: 'lines' })('read_file', { path: 'f', start_line: 2 })
    assert.match(lines.text, /no content at or after start_line=2/)
  }))

test('a binary file is told, not dumped', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'p.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]))
    for (const mode of ['bytes', 'lines'] as const) {
      const { text, failed } = await toolsIn(folder, { mode })('read_file', { path: 'p.png' })
      assert.ok(failed)
      assert.equal(text, 'p.png is a binary file of 12 bytes, so its content is not shown.')
    }
  }))

test('pipes and devices are refused at once', () =>
  inFolder(async (folder) => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const run = toolsIn(folder, { restrict: false })
    for (const path of ['pipe', '/dev/zero']) assert.match((await run('read_file', { path })).text, /device or a pipe/)
    assert.match((await run('append_file', { path: 'pipe', content: 'x' })).text, /device or a pipe/)
  }))

test('what the file system refuses is said in words', () =>
  inFolder(async (folder) => {
    const run = toolsIn(folder)
    await writeFile(join(folder, 'f'), '')
    await mkdir(join(folder, 'd'))
    assert.equal((await run('read_file', { path: 'no' })).text, 'no does not exist.')
    assert.match((await run('read_file', { path: 'd' })).text, /d is a folder\. Use list_dir\./)
    assert.match((await run('list_dir', { path: 'f' })).text, /is no folder/)
    assert.match((await run('write_file', { path: 'd', content: '', overwrite: true })).text, /d is a folder/)
    assert.match((await run('write_file', { path: 'f/x', content: '' })).text, /no path of a file/)
    assert.match((await run('read_file', { path: 'a\0b' })).text, /null bytes/)
  }))

test('a folder is listed by name, with what its entries are', () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, 'b'))
    await writeFile(join(folder, 'a'), '')
    await symlink('/etc', join(folder, 'c'))
    const run = toolsIn(folder)
    assert.equal((await run('list_dir', { path: '.' })).text, 'FILE: a\nDIR:  b\nLINK: c')
    assert.equal((await run('list_dir', { path: 'b' })).text, '(empty folder)')
  }))

test('reading outside can be allowed, wholly or by pattern; writing needs its own', () =>
  inFolder(async (outside) => {
    await writeFile(join(outside, 'note.txt'), 'outside')
    await inFolder(async (folder) => {
      const path = join(outside, 'note.txt')
      const pattern = [new RegExp(`^${outside}/`)]
      assert.match((await toolsIn(folder)('read_file', { path })).text, /Access denied/)
      for (const options of [
        { readOutside: true },
        { allowRead: pattern },
        { allowWrite: pattern },
        { restrict: false },
      ])
        assert.match((await toolsIn(folder, options)('read_file', { path })).text, /outside$/)
      const write = { path, content: 'new', overwrite: true }
      for (const options of [{ readOutside: true }, { allowRead: pattern }])
        assert.match((await toolsIn(folder, options)('write_file', write)).text, /Access denied/)
      for (const options of [{ allowWrite: pattern }, { restrict: false }])
        assert.equal((await toolsIn(folder, options)('write_file', write)).failed, false)
    })
  }))

test('a link inside an allowed folder does not lead out of it', () =>
  inFolder(async (outside) => {
    await mkdir(join(outside, 'free'))
    await writeFile(join(outside, 'secret'), 'secret')
    await symlink(join(outside, 'secret'), join(outside, 'free', 'link'))
    await inFolder(async (folder) => {
      const run = toolsIn(folder, { allowRead: [new RegExp(`^${outside}/free/`)] })
      const { text, failed } = await run('read_file', { path: join(outside, 'free', 'link') })
      assert.ok(failed)
      assert.match(text, /Access denied/)
    })
  }))

test('hidden files stay hidden wherever they lie and whatever is allowed', () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, 'store'))
    await writeFile(join(folder, 'store', 'db'), 'x')
    await writeFile(join(folder, 'config.json'), 'x')
    await symlink('config.json', join(folder, 'link'))
    const run = toolsIn(folder, { restrict: false, hidden: [join(folder, 'store'), join(folder, 'config.json')] })
    for (const path of ['store/db', 'config.json', 'link', './store/../config.json'])
      assert.match((await run('read_file', { path })).text, /Access denied/)
    assert.match((await run('write_file', { path: 'store/new', content: '' })).text, /Access denied/)
    assert.match((await run('list_dir', { path: 'store' })).text, /Access denied/)
  }))
