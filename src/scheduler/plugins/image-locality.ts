/**
 * ImageLocality: prefers nodes that have the Pod's images already. An image on few nodes counts little, or every Pod would run to the one
 * node that happened to pull first. Between 23 MiB and 1000 MiB per container the score grows from 0 to 100.
 */
import type { Pod } from '../../api/core/pod.ts'
import { maxNodeScore, type Plugin } from '../framework.ts'

const mebibyte = 1024 * 1024
const least = 23 * mebibyte
const mostPerContainer = 1000 * mebibyte

export function imageLocality(): Plugin {
  return {
    name: 'ImageLocality',
    preScore({ pod }, _, { nodes: all }) {
      const images = imagesOf(pod)
      const most = mostPerContainer * ((pod.spec.initContainers?.length ?? 0) + pod.spec.containers.length)
      return {
        score(node) {
          if (node.images.size === 0) return 0
          let sum = 0
          for (const image of images) {
            const state = node.images.get(image)
            if (state !== undefined) sum += Math.trunc(state.size * (state.nodes.size / all.length))
          }
          return Math.trunc((maxNodeScore * (Math.min(Math.max(sum, least), most) - least)) / (most - least))
        },
      }
    },
  }
}

function imagesOf({ spec }: Pod): readonly string[] {
  return [
    ...(spec.initContainers ?? []).map(({ image }) => withTag(image ?? '')),
    ...spec.containers.map(({ image }) => withTag(image ?? '')),
    ...(spec.volumes ?? []).flatMap(({ image }) => (image ? [withTag(image.reference ?? '')] : [])),
  ]
}

/** "nginx" is "nginx:latest"; the colon of a port is no tag. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
