import { useData } from 'vitepress'
import { defineComponent, h, onMounted, ref, useId, watch } from 'vue'

/** Draws the diagram that is written in `source`, anew when light and dark change. */
export const MermaidDiagram = defineComponent({
  props: { source: { type: String, required: true } },
  setup: ({ source }) => {
    const { isDark } = useData()
    const id = `diagram-${useId().replaceAll(/\W/g, '')}`
    const svg = ref('')

    async function draw(): Promise<void> {
      // Larger than all of the pages: only what shows a diagram loads it.
      const { default: mermaid } = await import('mermaid')
      mermaid.initialize({
        startOnLoad: false,
        theme: isDark.value ? 'dark' : 'neutral',
        // As wide as the text of a page, with letters of its size: phones scroll.
        sequence: {
          width: 104,
          actorMargin: 20,
          diagramMarginX: 0,
          actorFontSize: 13,
          messageFontSize: 14,
          wrap: true,
          mirrorActors: false,
          useMaxWidth: false,
        },
        flowchart: { useMaxWidth: false },
      })
      svg.value = (await mermaid.render(id, decodeURIComponent(source))).svg
    }

    onMounted(draw)
    watch(isDark, draw)
    return () => h('div', { class: 'diagram', innerHTML: svg.value })
  },
})
