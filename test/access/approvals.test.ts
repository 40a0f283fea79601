import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/json.ts'
import type { ToolContext } from '../../src/core/tool.ts'
import type { Approvals } from '../../src/access/approvals.ts'
import type { ApprovalRequest } from '../../src/access/ports.ts'
import { approvalDesk, member, owner, toolWith, turnContext, words } from './ports.ts'

const tool = toolWith(['send'], 'message')
const tainted = (more: Partial<ToolContext> = {}) => turnContext({ tainted: true, ...more })
const send = (to = 'telegram:666', text = 'Hi'): { readonly name: string; readonly input: JsonObject } => ({
  name: 'message',
  input: { to, text },
})
const guarded = (approvals: Approvals, call = send(), context = tainted()) => approvals.guard(call, tool, context)

test('what no rule names runs at once, and nothing is stored or asked', async () => {
  const { approvals, asked, ports } = approvalDesk()
  assert.equal(await guarded(approvals, send(), turnContext()), undefined)
  assert.equal(await guarded(approvals, send('telegram:1')), undefined)
  assert.deepEqual(asked, [])
  assert.deepEqual(await ports.grants.find('*'), [])
})

test('an approved call runs, once', async () => {
  const { approvals, shown } = approvalDesk()
  const first = guarded(approvals)
  const { code, what, why } = await shown()
  assert.equal(what, 'message\nto: "telegram:666"\ntext: "Hi"')
  assert.match(why, /another chat/)
  const decided = await approvals.decide(code.toLowerCase(), 'given', owner)
  assert.equal(decided.ok, true)
  assert.equal(await first, undefined)
  await approvals.finished(send(), tainted())
  const second = guarded(approvals)
  const again = await shown(2)
  assert.notEqual(again.code, code)
  await approvals.decide(again.code, 'denied', owner)
  assert.match(words(await second) ?? '', /owner said no/)
})

test('a denied call tells the model to leave it, and variants in the same turn are not asked again', async () => {
  const { approvals, shown, asked } = approvalDesk()
  const first = guarded(approvals)
  await approvals.decide((await shown()).code, 'denied', owner)
  const output = await first
  assert.equal(output?.isError, true)
  assert.match(words(output) ?? '', /said no.*Do not try to reach the same by another way/s)
  for (const call of [send(), send('telegram:667'), send('telegram:666', 'hi there')])
    assert.match(words(await guarded(approvals, call)) ?? '', /refused earlier in this turn/)
  assert.equal(asked.length, 1)
  const next = guarded(approvals, send(), tainted({ turn: 'turn-2' }))
  await approvals.decide((await shown(2)).code, 'given', owner)
  assert.equal(await next, undefined)
})

test('without a decision it ends after ten minutes, and a late word does nothing', async () => {
  const { approvals, shown, clock } = approvalDesk()
  const waiting = guarded(approvals)
  const { code } = await shown()
  await clock.advance(599_999)
  assert.equal((await approvals.pending()).length, 1)
  await clock.advance(1)
  assert.match(words(await waiting) ?? '', /Nobody decided within ten minutes/)
  const late = await approvals.decide(code, 'given', owner)
  assert.equal(late.ok ? 'ok' : late.why, 'late')
})

test('only an owner decides, and who decides first has decided', async () => {
  const { approvals, shown, restarted } = approvalDesk()
  const waiting = guarded(approvals)
  const { code } = await shown()
  for (const by of [member, { ...owner, automatic: true }]) {
    const refused = await approvals.decide(code, 'given', by)
    assert.equal(refused.ok ? 'ok' : refused.why, 'not-owner')
  }
  const unknown = await approvals.decide('ZZZZZZ', 'given', owner)
  assert.equal(unknown.ok ? 'ok' : unknown.why, 'unknown')
  const both = await Promise.all([approvals.decide(code, 'denied', owner), restarted().decide(code, 'given', owner)])
  assert.deepEqual(
    both.map((decided) => (decided.ok ? 'ok' : decided.why)),
    ['ok', 'late'],
  )
  assert.match(words(await waiting) ?? '', /said no/)
})

test('a word given in another process is found', async () => {
  const { approvals, shown, restarted, clock } = approvalDesk()
  const waiting = guarded(approvals)
  const { code } = await shown()
  await restarted().decide(code, 'given', owner)
  await clock.advance(2_000)
  assert.equal(await waiting, undefined)
})

test('an aborted turn stops waiting with the reason, and its request can still be decided', async () => {
  const { approvals, shown } = approvalDesk()
  const stop = new AbortController()
  const waiting = guarded(approvals, send(), tainted({ signal: stop.signal }))
  await shown()
  const reason = new Error('stopped')
  stop.abort(reason)
  await assert.rejects(waiting, reason)
  await assert.rejects(guarded(approvals, send(), tainted({ signal: stop.signal })), reason)
  assert.equal((await approvals.pending()).length, 1)
})

/** Asks in a process that then ends. */
async function asksAndEnds(desk: ReturnType<typeof approvalDesk>): Promise<ApprovalRequest> {
  const stop = new AbortController()
  const waiting = guarded(desk.approvals, send(), tainted({ signal: stop.signal }))
  const request = await desk.shown()
  stop.abort(new Error('ended'))
  await assert.rejects(waiting)
  return request
}

test('after a restart a call that waits goes on waiting under the same code', async () => {
  const desk = approvalDesk()
  const { code, grant } = await asksAndEnds(desk)
  const after = desk.restarted()
  const waiting = guarded(after)
  const again = await desk.shown(2)
  assert.deepEqual([again.code, again.grant, again.again], [code, grant, true])
  await after.decide(code, 'given', owner)
  assert.equal(await waiting, undefined)
})

test('after a restart a call that was approved meanwhile runs without asking, for ten more minutes', async () => {
  for (const [later, runs] of [
    [600_000, true],
    [1_200_000, false],
  ] as const) {
    const desk = approvalDesk()
    const { code } = await asksAndEnds(desk)
    await desk.restarted().decide(code, 'given', owner)
    await desk.clock.advance(later)
    assert.equal((await guarded(desk.restarted())) === undefined, runs)
    assert.equal(desk.asked.length, 1)
  }
})

test('after a restart a call that was begun and has no result is never run again', async () => {
  const desk = approvalDesk()
  const first = guarded(desk.approvals)
  await desk.approvals.decide((await desk.shown()).code, 'given', owner)
  assert.equal(await first, undefined)
  assert.match(words(await guarded(desk.restarted())) ?? '', /may or may not have happened/)
  assert.equal(desk.asked.length, 1)
})

test('after a restart a call whose result is known is a new request', async () => {
  const desk = approvalDesk()
  const first = guarded(desk.approvals)
  await desk.approvals.decide((await desk.shown()).code, 'given', owner)
  await first
  await desk.approvals.finished(send(), tainted())
  const after = desk.restarted()
  const second = guarded(after)
  await after.decide((await desk.shown(2)).code, 'given', owner)
  assert.equal(await second, undefined)
})

test('a grant fits no other argument, tool, session or turn', async () => {
  const desk = approvalDesk()
  const { code } = await asksAndEnds(desk)
  await desk.approvals.decide(code, 'given', owner)
  const after = desk.restarted()
  const others = [
    [send('telegram:666', 'Hi!'), tainted()],
    [{ ...send(), name: 'other' }, tainted()],
    [send(), tainted({ session: 'session-2' })],
    [send(), tainted({ turn: 'turn-2' })],
  ] as const
  for (const [at, [call, context]] of others.entries()) {
    const stop = new AbortController()
    const waiting = after.guard(call, toolWith(['send'], call.name), { ...context, signal: stop.signal })
    await desk.shown(at + 2)
    stop.abort()
    await assert.rejects(waiting)
  }
  assert.equal(await guarded(after), undefined)
})

test('the order of the arguments does not matter', async () => {
  const desk = approvalDesk()
  const { code } = await asksAndEnds(desk)
  await desk.approvals.decide(code, 'given', owner)
  const turned = { name: 'message', input: { text: 'Hi', to: 'telegram:666' } }
  assert.equal(await guarded(desk.restarted(), turned), undefined)
})

test('two equal calls side by side are two requests', async () => {
  const { approvals, shown } = approvalDesk()
  const both = [guarded(approvals), guarded(approvals)]
  const [first, second] = [await shown(1), await shown(2)]
  assert.notEqual(first.code, second.code)
  await approvals.decide(first.code, 'given', owner)
  await approvals.decide(second.code, 'denied', owner)
  const outputs = await Promise.all(both)
  assert.equal(outputs.filter((output) => output === undefined).length, 1)
})

test('a call that changed while it waited does not run', async () => {
  const { approvals, shown } = approvalDesk()
  const input: Record<string, string> = { to: 'telegram:666', text: 'Hi' }
  const waiting = guarded(approvals, { name: 'message', input })
  const { code } = await shown()
  input['text'] = 'All the secrets'
  await approvals.decide(code, 'given', owner)
  assert.match(words(await waiting) ?? '', /not the one that was approved/)
})

test('always covers the same tool, destination and reason in this session for a day', async () => {
  const desk = approvalDesk()
  const { approvals, clock } = desk
  const first = guarded(approvals)
  await approvals.decide((await desk.shown()).code, 'given', owner, { always: true })
  assert.equal(await first, undefined)
  const later = tainted({ turn: 'turn-2' })
  assert.equal(await guarded(desk.restarted(), send('telegram:666', 'Another'), later), undefined)
  const others: readonly (readonly [ReturnType<typeof send>, ToolContext])[] = [
    [send('telegram:667'), later],
    [send(), { ...later, session: 'session-2' }],
    [send(), { ...later, role: 'member' }],
  ]
  let count = 1
  const isAsked = async (call: ReturnType<typeof send>, context: ToolContext) => {
    const stop = new AbortController()
    const waiting = guarded(approvals, call, { ...context, signal: stop.signal })
    await desk.shown((count += 1))
    stop.abort()
    await assert.rejects(waiting)
  }
  for (const [call, context] of others) await isAsked(call, context)
  await clock.advance(24 * 3_600_000)
  await isAsked(send(), tainted({ turn: 'turn-3' }))
})

test('always for a command covers this command alone', async () => {
  const desk = approvalDesk({ sandboxed: () => Promise.resolve(false) })
  const exec = toolWith(['run'], 'exec')
  const run = (command: string, signal = new AbortController().signal) =>
    desk.approvals.guard({ name: 'exec', input: { command } }, exec, turnContext({ signal }))
  const first = run('make test')
  await desk.approvals.decide((await desk.shown()).code, 'given', owner, { always: true })
  await first
  assert.equal(await run('make test'), undefined)
  const stop = new AbortController()
  const other = run('make deploy', stop.signal)
  await desk.shown(2)
  stop.abort()
  await assert.rejects(other)
})

test('what was given can be taken back: waiting requests and lasting ones end', async () => {
  const desk = approvalDesk()
  const first = guarded(desk.approvals)
  await desk.approvals.decide((await desk.shown()).code, 'given', owner, { always: true })
  await first
  const waiting = guarded(desk.approvals, send('telegram:777'))
  await desk.shown(2)
  assert.equal(await desk.approvals.revoke(), 2)
  assert.match(words(await waiting) ?? '', /said no/)
  assert.deepEqual(await desk.approvals.pending(), [])
  const after = guarded(desk.approvals, send(), tainted({ turn: 'turn-2' }))
  const { code } = await desk.shown(3)
  await desk.approvals.decide(code, 'denied', owner)
  await after
})

test('where no owner can be asked the call is refused at once and noted for the exit code', async () => {
  const { approvals } = approvalDesk({ ask: () => Promise.resolve('nobody') })
  assert.equal(approvals.unattended().length > 0, false)
  assert.match(words(await guarded(approvals)) ?? '', /no owner is there to ask/)
  assert.equal(approvals.unattended().length > 0, true)
})

test('at the terminal the person is asked at once', async () => {
  for (const [said, ending, noted] of [
    [true, undefined, false],
    [false, /said no/, false],
    [undefined, /no owner is there/, true],
  ] as const) {
    const seen: string[] = []
    const { approvals, asked } = approvalDesk({
      confirm: async ({ what }) => {
        seen.push(what)
        return said
      },
    })
    const context = tainted({ origin: { channel: 'console', chat: 'direct' } })
    const output = await guarded(approvals, send(), context)
    if (ending) assert.match(words(output) ?? '', ending)
    else assert.equal(output, undefined)
    assert.equal(approvals.unattended().length > 0, noted)
    assert.equal(seen.length, 1)
    assert.deepEqual(asked, [])
  }
})

test('a job that was made at the terminal asks the owner’s chat', async () => {
  const { approvals, shown } = approvalDesk({ confirm: () => assert.fail('nobody sits there') })
  const context = tainted({ origin: { channel: 'console', chat: 'direct' }, cause: 'cron' })
  const waiting = guarded(approvals, send(), context)
  const { code, cause } = await shown()
  assert.equal(cause, 'cron')
  await approvals.decide(code, 'denied', owner)
  await waiting
})

test('a person who leaves the terminal has ten minutes too, and then nobody waits for them', async () => {
  let left: AbortSignal | undefined
  const began = Promise.withResolvers<void>()
  const { approvals, clock } = approvalDesk({
    confirm: (_, signal) => {
      left = signal
      began.resolve()
      return new Promise(() => undefined)
    },
  })
  const waiting = guarded(approvals, send(), tainted({ origin: { channel: 'console', chat: 'direct' } }))
  await began.promise
  await clock.advance(600_000)
  assert.match(words(await waiting) ?? '', /Nobody decided/)
  assert.equal(left?.aborted, true)
})

test('a tool that cannot make sense of its input is not run', async () => {
  const { approvals } = approvalDesk()
  const confused = { ...tool, effects: () => assert.fail('to is missing') }
  assert.match(words(await approvals.guard(send(), confused, turnContext())) ?? '', /cannot be told.*to is missing/)
})

test('what a rule denies is not asked', async () => {
  const { approvals, asked } = approvalDesk({ rules: () => ({ deny: 'Not on Sundays.' }) })
  assert.match(words(await guarded(approvals)) ?? '', /Not allowed: Not on Sundays/)
  assert.deepEqual(asked, [])
})

test('a damaged grant gives nothing', async () => {
  const { approvals, ports, shown } = approvalDesk()
  for (const [at, payload] of ['{', 'null', '{"hash":1}'].entries())
    await ports.grants.put({ id: `x${at}`, subject: 'approval:session-1', payload, state: 'given', createdAt: 0 })
  const waiting = guarded(approvals)
  await approvals.decide((await shown()).code, 'denied', owner)
  assert.notEqual(await waiting, undefined)
})
