import { accentColors } from './color.ts'

/** Backgrounds of the card; the accent is fitted to them. */
export const PAPER: Readonly<Record<'light' | 'dark', string>> = {
  light: '#ffffff',
  dark: '#1b1d21',
}

/** The style sheet of every page, in the operator's colour. */
export function buildStyle(color: string): string {
  return `:root{color-scheme:light dark;--ink:#1a1d21;--soft:#565c66;--desk:#f3f4f6;
--line:#dcdfe4;--field:#858b95;--good:#1a7040;--warn-ink:#6b4500;--warn-paper:#fff6e0;
--warn-line:#e8c877;--bad:#b3261e;${accentVariables('light', color)}}
@media (prefers-color-scheme:dark){:root{--ink:#eceef1;--soft:#a8aeb8;--desk:#101114;
--line:#34383f;--field:#7d848f;--good:#6fd198;--warn-ink:#f5d68f;--warn-paper:#2d2614;
--warn-line:#665325;--bad:#ff9a92;${accentVariables('dark', color)}}}
${RULES}`
}

function accentVariables(scheme: 'light' | 'dark', color: string): string {
  const { fill, onFill, ink } = accentColors(color, PAPER[scheme])
  return `--paper:${PAPER[scheme]};--fill:${fill};--on-fill:${onFill};--accent:${ink}`
}

const RULES = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100svh;padding:2rem 1rem;display:flex;
flex-direction:column;align-items:center;justify-content:center;gap:1.25rem;
background:var(--desk);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main{width:100%;max-width:28rem}
header{display:flex;align-items:center;justify-content:center;gap:.625rem;font-weight:600}
header img{display:block;max-height:2.25rem;max-width:10rem}
main{padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:1rem;
box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px -12px rgb(0 0 0/.12)}
h1,h2,p,ul,dl,dd{margin:0;padding:0}
h1{font-size:1.375rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h2{margin-top:1.5rem;font-size:.875rem;font-weight:600;color:var(--soft)}
h1+*{margin-top:1.25rem}
h2+*,h2+form{margin-top:.5rem}
p bdi{font-weight:600}
.soft{color:var(--soft);font-size:.875rem}
.icon{flex:none;width:1rem;height:1rem;margin-top:.25em}
.client{padding:1rem 1.125rem;border:1px solid var(--line);border-radius:.75rem}
.badge{display:flex;gap:.375rem;margin:.125rem 0 .375rem;font-size:.8125rem;font-weight:600;
color:var(--warn-ink)}
.badge .icon{margin-top:.125rem}
.verified .badge{color:var(--good)}
.domain{font-size:1.375rem;line-height:1.3;font-weight:650;letter-spacing:-.01em}
.name{overflow:hidden;overflow:clip;font-size:1.0625rem;font-weight:600}
.verified .name{font-size:.9375rem;font-weight:400}
.warning{display:flex;gap:.625rem;margin-top:.75rem;padding:.75rem .875rem;font-size:.875rem;
color:var(--warn-ink);background:var(--warn-paper);border:1px solid var(--warn-line);
border-radius:.75rem}
dl{margin-top:1.25rem;display:grid;gap:.875rem}
dt{font-size:.8125rem;color:var(--soft)}
dd{font-size:.9375rem}
.host{font-size:1.0625rem;font-weight:650}
.uri{display:block;font:.8125rem/1.45 ui-monospace,monospace;color:var(--soft)}
ul{list-style:none;display:grid;gap:.5rem}
li{display:flex;gap:.625rem}
li .icon{color:var(--accent)}
li code{font:.8125rem/1.45 ui-monospace,monospace;color:var(--soft)}
ul.plain{gap:.125rem;font-size:.9375rem}
ul.plain li{display:list-item;margin-inline-start:1.1rem;list-style:disc outside}
ul.plain li::marker{color:var(--soft)}
details{margin-top:1.25rem;font-size:.8125rem;color:var(--soft)}
summary{width:fit-content;cursor:pointer;border-radius:.25rem}
form{margin-top:1.75rem}
label{display:block;font-size:.875rem;font-weight:600}
label+label,.field+.field{margin-top:1rem}
input:is([type=text],[type=email],[type=password],[type=url]),select,textarea{display:block;width:100%;
margin-top:.375rem;
padding:.625rem .75rem;font:inherit;font-weight:400;color:var(--ink);background:var(--paper);
border:1px solid var(--field);border-radius:.625rem}
textarea{resize:vertical;font:.875rem/1.5 ui-monospace,monospace}
label>.soft{font-weight:400}
.hint{margin-top:.125rem}
.field .failed{margin-top:.375rem;font-size:.875rem}
[aria-invalid=true]{border-color:var(--bad)}
.check{display:flex;gap:.625rem;align-items:flex-start;font-size:.9375rem;font-weight:400}
.check input{flex:none;width:1.125rem;height:1.125rem;margin:.1875rem 0 0;accent-color:var(--fill)}
.buttons{display:flex;gap:.75rem;margin-top:1.25rem}
.button{flex:1;display:block;padding:.6875rem 1rem;font:inherit;font-weight:600;text-align:center;
align-content:center;text-decoration:none;color:var(--ink);background:none;border:1px solid var(--field);
border-radius:.625rem;cursor:pointer}
.button:hover{box-shadow:0 1px 8px rgb(0 0 0/.28)}
.choices{display:grid;gap:.625rem}
.choices .button small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
.main{color:var(--on-fill);background:var(--fill);border-color:var(--fill)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.after{margin-top:.875rem;text-align:center;text-wrap:balance}
.danger{color:var(--bad);border-color:var(--bad)}
.small{flex:none;padding:.4375rem .875rem;font-size:.875rem}
.actions{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}
.bare{margin-top:0}
h2+.actions{margin-top:.5rem}
.sections{margin-top:2rem;font-size:1rem;color:var(--ink)}
.row{align-items:center;justify-content:space-between}
.item{margin-top:.75rem;padding:1rem 1.125rem;border:1px solid var(--line);border-radius:.75rem}
.item dl{margin-top:.75rem}
h2+.item{margin-top:.5rem}
h3{margin:0;font-size:1.0625rem;font-weight:600}
.promise{margin-top:1.25rem}
.outcome{display:flex;gap:.5rem}
.outcome .icon{color:var(--good)}
.outcome+p{margin-top:.5rem}
a{color:var(--accent)}
.guide{margin-top:1.25rem;padding:1rem 1.125rem;font-size:.9375rem;border:1px solid var(--line);
border-radius:.75rem}
.guide h2{margin-top:0}
.guide :is(p,ul,ol,pre,blockquote,h3)+*{margin-top:.5rem}
.guide :is(ul,ol){margin-bottom:0;padding-inline-start:1.25rem}
.guide ul{display:block;list-style:disc outside}
.guide li{display:list-item}
.guide :is(pre,blockquote){margin:.5rem 0 0}
.guide pre{overflow-x:auto}
.guide code{font:.8125rem/1.45 ui-monospace,monospace}
dl+.failed,.warning+.failed,.guide+.failed{margin-top:1.25rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
.failed{display:flex;gap:.5rem;color:var(--bad);font-size:.9375rem;font-weight:500}
.reference{margin-top:1.75rem;padding-top:1rem;border-top:1px solid var(--line)}
@media (max-width:30rem){body{justify-content:flex-start;padding:1.25rem .75rem}
main{padding:1.5rem 1.25rem}}
@media (forced-colors:active){.main{border:2px solid}}`
