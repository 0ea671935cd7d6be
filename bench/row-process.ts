/** Measures one row in this process and reports to the parent. */
import { ROWS } from './rows.ts'

const [name = ''] = process.argv.slice(2)
const row = await ROWS[name]?.()
process.send?.(await row?.measure())
process.disconnect()
