/**
 * Takes the pictures of pages for the documentation, all of them or those that are named:
 * `node --conditions=mcp-gatehouse-source scripts/screenshots.ts [consent-verified …]`
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { launchChromium } from '../test/browser/chromium.ts'
import { listen, send } from '../test/browser/page-server.ts'
import { samplePages } from '../test/browser/samples.ts'
import { encodeIndexedPng } from './indexed-png.ts'

const ROOT = process.env['SCREENSHOTS'] ?? 'docs/images'
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'authorization-server': [
    'consent-verified',
    'consent-unverified',
    'consent-loopback',
    'sign-in',
    'error',
  ],
  connections: [
    'connect',
    'connect-again',
    'secret-form',
    'secret-form-refused',
    'account-choice',
    'connected',
    'wrong-user',
    'sign-in-needed',
    'expired-link',
    'account',
    'account-empty',
    'disconnect',
    'withdraw',
    'sign-out-everywhere',
  ],
}
const LOOKS = [
  { suffix: '', colorScheme: 'light', width: 560, height: 480 },
  { suffix: '-dark', colorScheme: 'dark', width: 560, height: 480 },
  { suffix: '-phone', colorScheme: 'light', width: 360, height: 640 },
] as const

const pages = await samplePages()
const server = await listen((req, res) => {
  const page = pages[req.url?.slice(1) ?? '']
  if (page === undefined) res.writeHead(404).end()
  else send(res, page)
})
const browser = await launchChromium()
const canvas = await browser.newPage()
const named = process.argv.slice(2)
const shown = Object.entries(SHOWN).flatMap(([folder, names]) =>
  names
    .filter((name) => named.length === 0 || named.includes(name))
    .map((name) => ({ folder: `${ROOT}/${folder}`, name })),
)
for (const { suffix, colorScheme, width, height } of LOOKS) {
  const tab = await browser.newPage({ colorScheme, viewport: { width, height } })
  for (const { folder, name } of shown) {
    await tab.goto(`${server.origin}/${name}`)
    // The cursor of a focused field blinks.
    await tab.evaluate(() => document.querySelector<HTMLElement>(':focus')?.blur())
    const { pixels, ...size } = await decode(await tab.screenshot({ fullPage: true }))
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/${name}${suffix}.png`, encodeIndexedPng(pixels, size))
  }
  await tab.close()
}
await browser.close()
await server.close()

/** Has the browser read its own picture. */
async function decode(png: Buffer): Promise<{ pixels: Uint8Array; width: number; height: number }> {
  const { text, ...size } = await canvas.evaluate(async (base64) => {
    const image = await createImageBitmap(
      new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))]),
    )
    const { width, height } = image
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context?.drawImage(image, 0, 0)
    const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] }
    return { text: Array.from(data, (byte) => String.fromCharCode(byte)).join(''), width, height }
  }, png.toString('base64'))
  return { pixels: Buffer.from(text, 'latin1'), ...size }
}
