// Photos are made smaller before they are kept: what a form needs to see, and what goes through a bad network.
const QUALITY = 0.85;
const SMALL = 600_000;

// A file as it is to be kept: an image of at most so many pixels a side, anything else as it is.
export async function shrink(file, most) {
  if (!most || !file.type.startsWith("image/") || file.type === "image/gif") return file;
  const image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  // What the browser cannot read is left to the server to judge.
  if (!image) return file;
  const share = Math.min(1, most / Math.max(image.width, image.height));
  if (share === 1 && file.size <= SMALL) return file;
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(image.width * share), height: Math.round(image.height * share) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY))) ?? file;
}
