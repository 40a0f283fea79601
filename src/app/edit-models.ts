import { addItem, setValue, unsetValue } from '../config/edit.ts'
import { environment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { changeConfig } from '../config/save.ts'
import { asJson } from '../core/json.ts'
import { Problem } from '../core/problem.ts'
import { systemClock } from '../kit/clock.ts'
import { nearest } from '../kit/nearest.ts'
import { toEntry } from '../models/entry-from-row.ts'
import type { ModelRow } from '../models/row.ts'

const defaultKey = 'agents.defaults.model_name'
const edit = (change: (text: string) => string) => changeConfig(environment(), change, { clock: systemClock })

/** Writes a row at the end of the model list. A row that cannot work is refused before anything is written. */
export async function addModel(row: ModelRow, makeDefault: boolean): Promise<void> {
  toEntry(row)
  await edit((text) => {
    const added = addItem(text, 'model_list', asJson(row))
    return makeDefault ? setValue(added, defaultKey, row.model_name) : added
  })
}

/** The model that is asked when nobody names one; undefined when the configuration does not say. */
export async function defaultModel(): Promise<string | undefined> {
  return (await loadConfig(environment())).config.agents.defaults.model_name
}

/** Makes a model of the list the default one. */
export async function setDefaultModel(name: string): Promise<void> {
  await named(name)
  await edit((text) => setValue(text, defaultKey, name))
}

/** Takes all rows of a name out of the list. Resolves to how many there were. */
export async function removeModel(name: string): Promise<number> {
  const places = await named(name)
  await edit((text) => places.toReversed().reduce((rest, index) => unsetValue(rest, `model_list[${index}]`), text))
  return places.length
}

/** Where the rows of a name stand in the list. A Problem when there are none. */
async function named(name: string): Promise<readonly number[]> {
  const { model_list } = (await loadConfig(environment())).config
  const places = model_list.flatMap((row, index) => (row.model_name === name ? [index] : []))
  if (places.length > 0) return places
  const close = nearest(
    name,
    model_list.map((row) => row.model_name),
  )
  throw new Problem(`The model list has no "${name}".`, {
    mend: close ? `Did you mean "${close}"?` : 'See "picoclaw models list".',
  })
}
