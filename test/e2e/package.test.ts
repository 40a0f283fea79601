import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, test } from 'node:test'
import { fakeDiscord } from '../fakes/discord/index.ts'
import { talkingModel } from '../fakes/talking-model.ts'
import { fakeTelegram } from '../fakes/telegram/server.ts'
import { httpServer } from '../fakes/http-server.ts'
import { comes, discordEntry, gatewayHome, gatewayProcess, modelRow, telegramEntry } from './gateway-here.ts'

/** The package as somebody installs it: what package.json lists, with no node_modules anywhere above. */
const folder = mkdtempSync(join(tmpdir(), 'picoclaw-package-'))
for (const name of ['package.json', 'dist', 'docs', 'workspace', 'config.example.json'])
  cpSync(name, join(folder, name), { recursive: true })
after(() => rmSync(folder, { recursive: true }))
const program = join(folder, 'dist/main.js')

interface Chunk {
  readonly file: string
}

test('every part of the package loads without any other package', () => {
  const chunks = JSON.parse(readFileSync(join(folder, 'dist/graph.json'), 'utf8')) as readonly Chunk[]
  const files = chunks.map(({ file }) => file).filter((file) => file !== 'main.js')
  assert.ok(files.length > 50)
  const urls = files.map((file) => pathToFileURL(join(folder, 'dist', file)).href)
  const script = `for (const url of ${JSON.stringify(urls)}) await import(url)`
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  assert.equal(told, '')
})

test('nothing in the package evaluates text', () => {
  const chunks = JSON.parse(readFileSync(join(folder, 'dist/graph.json'), 'utf8')) as readonly Chunk[]
  const evaluating = chunks.filter(({ file }) =>
    /(?:return |[;={(,!?:&|])eval\(/.test(readFileSync(join(folder, 'dist', file), 'utf8')),
  )
  assert.deepEqual(evaluating, [])
})

test('the installed gateway answers in Telegram and Discord and reads a page', async () => {
  await using telegram = await fakeTelegram()
  await using discord = await fakeDiscord()
  await using site = await httpServer({
    headers: { 'content-type': 'text/html' },
    chunks: ['<html><body><article><h1>News</h1><p>The fox is <b>red</b>.</p></article></body></html>'],
  })
  await using model = await talkingModel(({ messages }) => {
    const last = JSON.stringify(messages.at(-1))
    if (last.includes('read the page')) return { call: 'web_fetch', args: { url: `${site.url}/news` } }
    return last.includes('The fox is red') ? 'A red fox.' : `not read: ${last}`
  })
  const { port } = new URL(site.url)
  const home = gatewayHome({
    model_list: [modelRow(model.url)],
    tools: { web: { private_host_whitelist: [`127.0.0.1:${port}`, '127.0.0.1'] } },
    channel_list: { telegram: telegramEntry(telegram), discord: discordEntry(discord) },
  })
  await using gateway = await gatewayProcess(home, program)
  telegram.say('read the page')
  await comes(
    () => telegram.shown.find(({ text }) => text === 'A red fox.'),
    () => `${telegram.shown.map(({ text }) => text).join(' | ')}\n${gateway.output()}`,
  )
  discord.say(discord.place.dm, 'hello')
  await comes(
    () => discord.written(discord.place.dm).find(({ content }) => content.startsWith('not read')),
    gateway.output,
  )
  assert.doesNotMatch(gateway.output(), /warning|zlib|bufferutil|utf-8-validate/i)
})
