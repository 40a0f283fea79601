import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bot, InputFile } from 'grammy'
import { fakeTelegram } from './server.ts'

test('another client, written by others, finds the service it expects', async () => {
  await using fake = await fakeTelegram()
  const bot = new Bot(fake.token, { client: { apiRoot: fake.url } })
  const heard = Promise.withResolvers<string>()
  bot.on('message:text', async (context) => {
    await context.reply(`<b>heard</b> ${context.message.text}`, { parse_mode: 'HTML' })
    heard.resolve(context.message.text)
  })
  const running = bot.start()
  try {
    fake.say('hello')
    assert.equal(await heard.promise, 'hello')
    await bot.api.sendDocument(1001, new InputFile(Buffer.from('words'), 'words.txt'), { caption: 'a file' })
    await bot.api.setMyCommands([{ command: 'new', description: 'Begin anew' }])
    assert.deepEqual(await bot.api.getMyCommands(), [{ command: 'new', description: 'Begin anew' }])
    await assert.rejects(bot.api.sendMessage(1001, '<b>open', { parse_mode: 'HTML' }), /can't parse entities/)
    await assert.rejects(bot.api.sendMessage(1001, 'x'.repeat(4_097)), /message is too long/)
    await assert.rejects(bot.api.sendMessage(5, 'x'), /chat not found/)
    const [first, second] = fake.shown
    await assert.rejects(
      bot.api.editMessageText(1001, first?.id ?? 0, '<b>heard</b> hello', { parse_mode: 'HTML' }),
      /not modified/,
    )
    assert.equal(first?.text, 'heard hello')
    assert.deepEqual([second?.text, second?.file?.bytes.toString()], ['a file', 'words'])
  } finally {
    await bot.stop()
    await running
  }
})
