import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { subcommand } from '../subcommand.ts'

/** The words after `models`, each with a file of its own. */
const actions = {
  list: () => import('../models/list.ts'),
  vendors: () => import('../models/vendors.ts'),
  test: () => import('../models/test.ts'),
  add: () => import('../models/add.ts'),
  default: () => import('../models/default.ts'),
  remove: () => import('../models/remove.ts'),
} satisfies Record<string, () => Promise<{ run(args: readonly string[], io: Io): Promise<number> }>>

const command: Command = {
  usage: `Usage: picoclaw models [list] [--json]
       picoclaw models vendors [--json]
       picoclaw models test [NAME …] [--json]
       picoclaw models add NAME VENDOR/MODEL [--key KEY] [--base URL] [--default]
       picoclaw models add --recipe RECIPE [--key KEY] [--default]
       picoclaw models default [NAME]
       picoclaw models remove NAME

list      the models you may use, what rests and why
vendors   every vendor there is, with its base and the variable that holds its key
test      sends one real request to each candidate and tells what came back, and what to do when nothing did; exit code 1 when one fails
add       writes a row into the model list; a key may be \${VARIABLE}, file://NAME or exec://COMMAND, and is asked for nowhere else
default   prints or changes the model that is asked when nobody names one
remove    takes the rows of a name out of the list
`,
  async run(args, io) {
    const { action, rest } = subcommand('models', actions, args)
    const { run } = await action()
    return run(rest, io)
  },
}
export default command
