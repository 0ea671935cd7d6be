import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { protect } from 'mcp-gatehouse/node'
import { notes } from './notes-server.ts'
import { createServedGatehouse, settingsOfProcess } from './served.ts'
import { MINUTES_PASSED } from './served-settings.ts'

const settings = settingsOfProcess()
const { gatehouse, passMinutes } = createServedGatehouse(settings)
const listener = protect(gatehouse, toNodeHandler(notes))

createServer((req, res) => {
  passMinutes(req.headers[MINUTES_PASSED]?.toString())
  listener(req, res)
}).listen(Number(new URL(settings.resource).port), '127.0.0.1')
