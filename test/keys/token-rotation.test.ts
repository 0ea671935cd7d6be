import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, runHere } from '../cli/support.ts'
import type { IssuerOrders, IssuerReport } from './issuer-process.ts'
import { startProcess } from './processes.ts'
import type { ResourceServerOrders } from './resource-server-process.ts'

const ROTATIONS = 3
/** What a busy machine may need. */
const patience = { timeout: 60_000, interval: 100 }
const now = () => Math.floor(Date.now() / 1_000)

test('signing and encryption keys are rotated three times while one process issues tokens and another takes them: none is refused', {
  timeout: 180_000,
}, async () => {
  const folder = await makeFolder()
  const run = async (...argv: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runHere(folder, ['keys', ...argv], { now })
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
  }
  const [signing, encryption] = ['signing', 'encryption'].map((use) => `${use}.json`)
  const alg = ['--alg', 'ECDH-ES+A256KW']
  await run('generate', '--use', 'signing', '--out', `${signing}`)
  await run('generate', '--use', 'encryption', ...alg, '--out', `${encryption}`)
  const kidsOf = async (file: string | undefined): Promise<readonly string[]> => {
    const { keys } = JSON.parse(await readFile(join(folder, `${file}`), 'utf8'))
    return (keys as { kid: string }[]).map(({ kid }) => kid)
  }

  const issuerProcess = startProcess('issuer-process.ts')
  const resourceServer = startProcess('resource-server-process.ts')
  const askIssuer = <Answer = IssuerReport>(orders: IssuerOrders) =>
    issuerProcess.ask<Answer>(orders)
  const { issuer } = await askIssuer<{ issuer: string }>({ keyFile: join(folder, `${signing}`) })
  const orders: ResourceServerOrders = { keyFile: join(folder, `${encryption}`), issuer }
  const { resource } = await resourceServer.ask<{ resource: string }>(orders)
  await askIssuer({ resource })

  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    const { admitted } = await askIssuer({ keep: 5 })
    const published = async () => (await askIssuer({ report: true })).published
    const expected = expect.arrayContaining([...(await kidsOf(signing))])
    // As long as others keep the published keys, a rotation has to wait for them.
    await expect.poll(published, patience).toEqual(expected)
    await run('rotate', '--file', `${signing}`)
    await run('rotate', '--file', `${encryption}`)
    const [newSigning, newEncryption] = [await kidsOf(signing), await kidsOf(encryption)]
    const used = async () => {
      const report = await askIssuer({ report: true })
      const isSigned = report.signingKids.includes(newSigning[0] ?? '')
      const isEncrypted = report.encryptionKids.includes(newEncryption[0] ?? '')
      return isSigned && isEncrypted && report.admitted > admitted + 20
    }
    await expect.poll(used, patience).toBe(true)
  }

  const report = await askIssuer({ stop: true })
  const { reasons } = await resourceServer.ask<{ reasons: string[] }>({})
  expect([report.failures, reasons]).toEqual([[], []])
  expect(report.signingKids).toHaveLength(ROTATIONS + 1)
  expect(report.encryptionKids).toHaveLength(ROTATIONS + 1)
})
