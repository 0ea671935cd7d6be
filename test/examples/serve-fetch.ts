import { serve } from '@hono/node-server'
import app from '../../examples/quick-start/fetch.ts'

/** Stands in for a web-standard runtime, which would take the default export itself. */
serve({ fetch: app.fetch, port: Number(process.env['PORT']) })
