import assert from 'node:assert/strict'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Problem } from '../../../src/core/problem.ts'
import { socksServer } from '../../fakes/socks-server.ts'
import { bot, inbox, to } from './bot.ts'

test('calls and files go through the proxy of the channel', async () => {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    seen.push(new URL(request.url ?? '').pathname.replace(/bot[^/]+/, 'bot'))
    const { method = '', headers } = request
    const onward = ask(request.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  {
    await using it = await bot({ settings: { proxy: `http://127.0.0.1:${port}` }, start: false })
    await it.channel.send({ to, text: 'through' })
    const id = it.fake.file(Buffer.from('bytes'), 'a.txt')
    assert.equal(Buffer.from((await it.channel.fetch?.(id)) ?? []).toString(), 'bytes')
    assert.equal(it.fake.shown[0]?.text, 'through')
    assert.deepEqual(seen, ['/bot/sendMessage', '/bot/getFile', '/file/bot/a.txt'])
  }
  proxy.closeAllConnections()
  await new Promise((resolve) => proxy.close(resolve))
})

test('calls and files go through a SOCKS proxy, and a refused login is surely not sent', async () => {
  await using socks = await socksServer({ login: { name: 'user', password: 'pa ss' } })
  const proxy = (password: string) => `socks5://user:${encodeURIComponent(password)}@127.0.0.1:${socks.port}`
  await using it = await bot({ settings: { proxy: proxy('pa ss') }, start: false })
  await it.channel.send({ to, text: 'through' })
  const id = it.fake.file(Buffer.from('bytes'), 'a.txt')
  assert.equal(Buffer.from((await it.channel.fetch?.(id)) ?? []).toString(), 'bytes')
  assert.equal(it.fake.shown[0]?.text, 'through')
  const { host } = new URL(it.fake.url)
  assert.deepEqual([...new Set(socks.asked)], [host])
  const wrong = it.again({ settings: { token: it.fake.token, base_url: it.fake.url, proxy: proxy('wrong') } })
  await assert.rejects(
    wrong.send({ to, text: 'x' }),
    (error: Error & { kind?: string }) => error.kind === 'not-sent' && !error.message.includes('wrong'),
  )
})

test('a proxy that is none is a problem at the start, a proxy out of reach is waited for', async () => {
  await using it = await bot({ start: false })
  const settings = { token: it.fake.token, base_url: it.fake.url }
  assert.throws(() => it.again({ settings: { ...settings, proxy: 'ftp://127.0.0.1:1' } }), Problem)
  const unreached = it.again({ settings: { ...settings, proxy: 'http://127.0.0.1:9' } })
  await assert.rejects(unreached.send({ to, text: 'x' }), { kind: 'not-sent' })
  await unreached.start(inbox())
  assert.equal(unreached.health?.().state, 'down')
  await unreached.stop()
})
