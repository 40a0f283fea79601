// Writes what the docs say about the code: `node scripts/docs.ts` mends the files, `--check` only says which are stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { commandTable, slashCommandTable } from './command-tables.ts'
import { vendorTable } from './vendor-table.ts'

/** What stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`, in every file that has these marks. */
const parts: Readonly<Record<string, () => string>> = {
  vendors: vendorTable,
  commands: commandTable,
  'slash-commands': slashCommandTable,
}
const files = ['README.md', 'docs/vendors.md', 'docs/guide/agent.md']

const check = process.argv.includes('--check')
const stale = files.filter(existsSync).filter((file) => {
  const before = readFileSync(file, 'utf8')
  const after = filled(before)
  const same = unpadded(before) === unpadded(after)
  if (!same && !check) writeFileSync(file, after)
  return !same
})
for (const file of stale)
  process.stderr.write(
    check ? `${file} is stale: run node scripts/docs.ts\n` : `${file} is written anew; format it with npx oxfmt.\n`,
  )
if (check && stale.length > 0) process.exitCode = 1

/** The formatter pads the cells of tables; that is no difference. */
function unpadded(text: string): string {
  return text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---')
}

function filled(text: string): string {
  return Object.entries(parts).reduce(
    (text, [name, write]) =>
      text.replace(
        new RegExp(`(<!-- ${name}:begin -->\n)[^]*?(<!-- ${name}:end -->)`, 'g'),
        (_, begin: string, end: string) => `${begin}\n${write()}\n${end}`,
      ),
    text,
  )
}
