import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { systemClock } from '../../src/kit/clock.ts'
import { capture } from '../../src/tools/exec/capture.ts'
import type { ExecOptions } from '../../src/tools/exec/engine.ts'
import { bashTool, execTool } from '../../src/tools/exec/index.ts'
import { run } from '../../src/tools/exec/run.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { call, contextOf, inFolder } from './context.ts'
import { aliveWith, theSandbox } from './sandbox.ts'

const open: Partial<ExecOptions> = {
  sandbox: () => Promise.resolve({ missing: 'there is none here' }),
  allowUnsandboxed: () => Promise.resolve(true),
}
const optionsIn = (workspace: string, options: Partial<ExecOptions> = {}): ExecOptions => ({
  workspace,
  access: fileAccess({ workspace }),
  clock: systemClock,
  sandbox: theSandbox,
  ...options,
})
const execIn = (workspace: string, options: Partial<ExecOptions> = {}) => {
  const tool = execTool(optionsIn(workspace, options))
  return (command: string, context = contextOf(), more = {}) => call(tool, { command, ...more }, context)
}
const both = [
  ['behind the wall', {}, ''],
  ['without a sandbox', open, '[Not sandboxed: there is none here.]\n'],
] as const

for (const [where, options, note] of both) {
  test(`${where} a command gives its output, then what it said to standard error, then its exit code`, () =>
    inFolder(async (folder) => {
      const run = execIn(folder, options)
      assert.deepEqual(await run('echo out'), { text: `${note}out`, failed: false })
      assert.deepEqual(await run('true'), { text: `${note}(no output)`, failed: false })
      assert.deepEqual(await run('echo out; echo err >&2'), { text: `${note}out\nSTDERR:\nerr`, failed: false })
      assert.deepEqual(await run('echo err >&2; exit 3'), {
        text: `${note}STDERR:\nerr\n\n[Command exited with code 3]`,
        failed: true,
      })
      assert.deepEqual(await run('exit 42'), { text: `${note}[Command exited with code 42]`, failed: true })
    }))

  test(`${where} it works in the workspace or a folder of it, and what it writes stays`, () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'sub'))
      const run = execIn(folder, options)
      assert.equal((await run('pwd')).text, `${note}${folder}`)
      assert.equal(
        (await run('pwd; echo kept > file', contextOf(), { working_dir: 'sub' })).text,
        `${note}${folder}/sub`,
      )
      assert.equal(await readFile(join(folder, 'sub/file'), 'utf8'), 'kept\n')
      assert.match((await run('pwd', contextOf(), { working_dir: '..' })).text, /Access denied/)
      assert.match((await run('pwd', contextOf(), { working_dir: 'no' })).text, /no is no folder/)
    }))

  test(`${where} its environment is made of a few plain variables`, () =>
    inFolder(async (folder) => {
      const { text } = await execIn(folder, { ...options, timeZone: () => 'Asia/Tokyo' })(
        'env | cut -d= -f1 | sort; date +%z',
      )
      const names = text.replace(note, '').split('\n')
      const shell = ['OLDPWD', 'PWD', 'SHLVL', '_']
      assert.deepEqual(
        names.filter((name) => !shell.includes(name)),
        ['HOME', 'LANG', 'PATH', 'PICOCLAW_RUN', 'TERM', 'TZ', '+0900'],
      )
    }))

  test(`${where} time runs out with what was said so far`, () =>
    inFolder(async (folder) => {
      const run = execIn(folder, { ...options, timeoutSeconds: 1 })
      assert.deepEqual(await run('echo early; sleep 60'), {
        text: `${note}Command timed out after 1s\n\nPartial output before timeout:\nearly`,
        failed: true,
      })
    }))

  for (const [what, command] of [
    ['sleeps', 'sleep 300.17 & sleep 300.17'],
    ['does not want to end', `trap '' TERM INT HUP; while :; do sleep 300.17; done`],
    ['went into a session of its own', 'setsid sh -c "trap \\"\\" TERM; sleep 300.17; sleep 300.17" & sleep 300.17'],
    ['floods its output', 'while :; do echo 300.17; done'],
    // Bash, for it goes on when no process is to be had; ten deep, in case nothing limits it.
    [
      'forks without end',
      `bash -c 'f() { [ $1 -gt 10 ] || f $(($1+1)) | f $(($1+1)) & }; while :; do f 0; done; : 300.17'`,
    ],
  ] as const)
    if (what !== 'forks without end' || options !== open)
      test(`${where} a stop ends within a second what ${what}, and nothing is left of it`, () =>
        inFolder(async (folder) => {
          const stop = new AbortController()
          const running = execIn(folder, { ...options, timeoutSeconds: 30, processes: 60 })(
            command,
            contextOf('cli', stop.signal),
          )
          await systemClock.sleep(150)
          const before = performance.now()
          stop.abort(new Error('the user said stop'))
          await assert.rejects(running, /the user said stop/)
          const took = performance.now() - before
          assert.ok(took < 1000, `${took} ms`)
          assert.deepEqual(await aliveWith('300.17'), [])
        }))

  test(`${where} a stop while a command is being started leaves nothing of it, whenever it comes`, () =>
    inFolder(async (folder) => {
      const exec = execIn(folder, { ...options, timeoutSeconds: 30 })
      for (let round = 0; round < 30; round += 1) {
        const stop = new AbortController()
        const running = exec('setsid sleep 300.18 & sleep 300.18', contextOf('cli', stop.signal))
        await systemClock.sleep(round)
        stop.abort(new Error('the user said stop'))
        await assert.rejects(running, /the user said stop/)
        assert.deepEqual(await aliveWith('300.18'), [], `after ${round} ms`)
      }
    }))

  test(`${where} what a command leaves in the background ends with it`, () =>
    inFolder(async (folder) => {
      const run = execIn(folder, options)
      const { text } = await run('sleep 300.18 & (setsid nohup sleep 300.18 >/dev/null 2>&1 &); echo started')
      assert.equal(text, `${note}started`)
      assert.deepEqual(await aliveWith('300.18'), [])
    }))

  test(`${where} of a long output the start and the end are shown, and what is missing is counted`, () =>
    inFolder(async (folder) => {
      const { text } = await execIn(folder, { ...options, outputLimit: 20 })('seq 1 1000')
      assert.equal(text, `${note}1\n2\n3\n4\n5\n\n[… 3873 bytes were left out …]\n\n999\n1000`)
    }))

  test(`${where} nobody types into it`, () =>
    inFolder(async (folder) => {
      assert.equal((await execIn(folder, options)('cat; echo end')).text, `${note}end`)
    }))
}

test('a capture holds exactly its start and its end', () => {
  const taken = capture(8)
  for (const chunk of ['ab', 'cdef', 'g', 'hijklmnop', 'q']) taken.add(Buffer.from(chunk))
  assert.equal(taken.text(), 'abcd\n[… 9 bytes were left out …]\nnopq')
  const short = capture(8)
  short.add(Buffer.from('abcdefgh'))
  assert.equal(short.text(), 'abcdefgh')
})

test('a wall that is ended before it stands leaves nothing either', () =>
  inFolder(async (folder) => {
    const stop = new AbortController()
    // As when the wall's own parent dies while process 1 behind it is still on its way.
    const running = run(['/bin/sh', '-c', '(setsid sleep 300.19 &); exec sleep 5'], {
      cwd: folder,
      environment: { PATH: '/usr/bin:/bin' },
      clock: systemClock,
      signal: stop.signal,
      timeoutMs: 0,
      limit: 100,
      contained: true,
    })
    while ((await aliveWith('sleep\x00300.19')).length === 0) await systemClock.sleep(5)
    stop.abort(new Error('the user said stop'))
    await assert.rejects(running, /the user said stop/)
    assert.deepEqual(await aliveWith('300.19'), [])
  }))

test('an endless output ends the command', () =>
  inFolder(async (folder) => {
    const { text, failed } = await execIn(folder, { outputLimit: 10 })('yes')
    assert.ok(failed)
    assert.match(text, /^Command was ended: it wrote more than 64 MiB\./)
  }))

test('without a sandbox nothing runs that nobody allowed, and the answer says what to do', () =>
  inFolder(async (folder) => {
    const asked: string[] = []
    const refuse: Partial<ExecOptions> = {
      ...open,
      allowUnsandboxed(command) {
        asked.push(command)
        return Promise.resolve(false)
      },
    }
    const { allowUnsandboxed: _, ...silent } = open
    for (const options of [refuse, silent]) {
      const { text, failed } = await execIn(folder, options)('touch ran')
      assert.ok(failed)
      assert.match(text, /was not run: there is none here[^]*approve it, or install bubblewrap/)
    }
    assert.deepEqual(asked, ['touch ran'])
    assert.deepEqual(await readdir(folder), [])
  }))

test('chats may be kept from running commands', () =>
  inFolder(async (folder) => {
    const run = execIn(folder, { allowRemote: false })
    assert.match((await run('echo hi', contextOf('telegram'))).text, /restricted to internal channels/)
    for (const channel of ['cli', 'console', 'system', 'subagent'])
      assert.equal((await run('echo hi', contextOf(channel))).text, 'hi')
  }))

const countable =
  process.getuid?.() !== 0 || existsSync('/sys/fs/cgroup/cgroup.procs') || existsSync('/sys/fs/cgroup/pids')
test('a fork bomb comes no further than the limit, whoever runs it', { skip: !countable && 'root, no groups' }, () =>
  inFolder(async (folder) => {
    const run = execIn(folder, { processes: 40, timeoutSeconds: 20 })
    const { text } = await run('i=0; while [ $i -lt 80 ]; do sleep 300.20 & i=$((i+1)); done; echo all of them')
    assert.doesNotMatch(text, /^all of them/m)
    assert.match(text, /[Cc]annot fork|Resource temporarily unavailable/)
    assert.deepEqual(await aliveWith('300.20'), [])
  }),
)

/** A program that runs commands behind the wall in `workspace`, one after the other. */
const program = (workspace: string, commands: readonly string[], then = '') => `
  import { readdirSync, readFileSync } from 'node:fs'
  import { systemClock } from ${JSON.stringify(import.meta.resolve('../../src/kit/clock.ts'))}
import { execTool } from ${JSON.stringify(import.meta.resolve('../../src/tools/exec/index.ts'))}
  import { fileAccess } from ${JSON.stringify(import.meta.resolve('../../src/tools/files/access.ts'))}
  import { theSandbox } from ${JSON.stringify(import.meta.resolve('./sandbox.ts'))}
  const workspace = ${JSON.stringify(workspace)}
  const access = fileAccess({ workspace })
  const tool = execTool({ workspace, access, clock: systemClock, sandbox: theSandbox, timeoutSeconds: 1 })
  const context = { session: 's', origin: { channel: 'cli', chat: 'c' }, signal: new AbortController().signal }
  for (const command of ${JSON.stringify(commands)}) {
    const { content } = await tool.run({ command }, context)
    process.stdout.write(' ' + content[0].text + ';')
  }
  ${then}`
const nodeFlags = ['--input-type=module-typescript', '-e']

test('where we are process 1, as in a container, no command leaves a dead process behind', () =>
  inFolder(async (folder) => {
    await theSandbox()
    const count = `
      const dead = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
        .filter((pid) => / Z /.test(readFileSync('/proc/' + pid + '/stat', 'utf8')))
      process.stdout.write(process.pid + ' ' + dead.length)`
    const script = program(
      folder,
      ['echo sandboxed', 'sleep 300.21 & setsid sleep 300.21 & true', 'kill -9 $$', 'sleep 300.21'],
      count,
    )
    const flags = '--user --map-root-user --pid --fork --kill-child --mount-proc'.split(' ')
    const { stdout } = await promisify(execFile)('unshare', [...flags, process.execPath, ...nodeFlags, script])
    assert.match(stdout, /^ sandboxed;[^]*timed out after 1s;1 0$/)
  }))

test('a command that is killed says by which signal, as a shell does', () =>
  inFolder(async (folder) => {
    assert.match((await execIn(folder)('kill -9 $$')).text, /\[Command exited with code 137\]/)
    assert.match((await execIn(folder, open)('kill -9 $$')).text, /\[Command ended by signal SIGKILL\]/)
  }))

test('what the owner denies is not run', () =>
  inFolder(async (folder) => {
    const { text, failed } = await execIn(folder, { deny: [/\bgit push\b/] })('git push')
    assert.ok(failed)
    assert.match(text, /custom_deny_patterns/)
  }))

test('bash takes its time limit from the call, up to the longest one', () =>
  inFolder(async (folder) => {
    const tool = bashTool(optionsIn(folder, { longestSeconds: 1 }))
    const { text } = await call(tool, { command: 'sleep 60', timeout: 500 })
    assert.equal(text, 'Command timed out after 1s')
  }))

test('hidden files are empty behind the wall, also where a folder around the workspace is hidden', () =>
  inFolder(async (home) => {
    const folder = join(home, 'workspace')
    await mkdir(join(folder, 'store'), { recursive: true })
    await writeFile(join(home, 'config.json'), 'secret')
    await writeFile(join(folder, 'key'), 'secret')
    await writeFile(join(folder, 'store', 'db'), 'secret')
    const hidden = [home, join(folder, 'store'), join(folder, 'key'), join(folder, 'not-there')]
    const run = execIn(folder, { hidden, expose: [{ path: home }] })
    const { text } = await run(`cat key store/db ${home}/config.json; grep -r secret ${home}; touch mine; ls`)
    assert.doesNotMatch(text, /^secret|: *secret/m)
    assert.match(text, /mine/)
  }))

test('exposed folders are read-only unless said otherwise; a kept /tmp is kept', () =>
  inFolder((outside) =>
    inFolder(async (folder) => {
      await mkdir(join(outside, 'tmp'))
      await mkdir(join(outside, 'read'))
      await mkdir(join(outside, 'write'))
      const run = execIn(folder, {
        expose: [{ path: join(outside, 'read') }, { path: join(outside, 'write'), writable: true }],
        temporary: join(outside, 'tmp'),
      })
      await run(`touch ${outside}/read/a; touch ${outside}/write/b; touch /tmp/c`)
      assert.equal((await run('ls /tmp/c')).text, '/tmp/c')
      assert.deepEqual(await readdir(join(outside, 'read')), [])
      assert.deepEqual(await readdir(join(outside, 'write')), ['b'])
    }),
  ))

test('when the program itself is killed, what runs behind the wall dies with it', () =>
  inFolder(async (folder) => {
    const script = program(folder, ['touch started; sleep 300.19'])
    const child = spawn(process.execPath, [...nodeFlags, script], { stdio: 'inherit' })
    await until(async () => (await readdir(folder)).includes('started'))
    child.kill('SIGKILL')
    await until(async () => (await aliveWith('300.19')).length === 0)
  }))

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200 && !(await done()); tries += 1) await systemClock.sleep(25)
  assert.ok(await done())
}
