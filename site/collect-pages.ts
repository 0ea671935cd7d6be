/** Copies into `pages/` what the site is made of: a bundler finds its modules from there only. */
import { cpSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pageOf } from './places.ts'

const FOLDER = 'pages'

rmSync(FOLDER, { recursive: true, force: true })
const files = globSync(['*.md', 'docs/**/*.{md,png}', 'deploy/**/*.md'], { cwd: '..' })
for (const file of files) cpSync(join('..', file), join(FOLDER, pageOf(file)))
cpSync('index.md', join(FOLDER, 'index.md'))
