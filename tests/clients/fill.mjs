// Fills in forms as @getodk/xforms-engine has it, and sends them by OpenRosa: node fill.mjs BASE < plan.json
// The plan maps each form to answers by question; whatever else is required gets the first thing that fits.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
// The engine's parser takes its own way in Node, which its bundle does not carry: it must not see where it runs.
const { argv, stdout } = process;
const base = argv[2];
const plan = JSON.parse(readFileSync(0, 'utf8'));
globalThis.process = undefined;
globalThis.window = window;
for (const name of ['DOMParser', 'XMLSerializer', 'Document', 'Element', 'Node', 'Attr', 'Text', 'CDATASection',
  'Comment', 'ProcessingInstruction', 'XMLDocument', 'XPathResult', 'XPathEvaluator', 'NodeFilter', 'document',
  'CharacterData', 'HTMLElement']) {
  globalThis[name] ??= window[name];
}
const { loadForm } = await import('@getodk/xforms-engine');

const headers = { 'X-OpenRosa-Version': '1.0' };
const told = [];
for (const [id, answers] of Object.entries(plan)) told.push(await fillAndSend(id, answers));
stdout.write(JSON.stringify(told));

async function fillAndSend(id, answers) {
  const list = parsed(await text(`${base}/formList?formID=${encodeURIComponent(id)}`));
  const entry = list.getElementsByTagName('xform')[0];
  const form = await text(of(entry, 'downloadUrl'));
  const media = new Map();
  if (of(entry, 'manifestUrl')) {
    for (const file of parsed(await text(of(entry, 'manifestUrl'))).getElementsByTagName('mediaFile')) {
      media.set(of(file, 'filename'), of(file, 'downloadUrl'));
    }
  }
  const fetchFormAttachment = (url) => fetch(media.get(decodeURIComponent(url.href.split('/').pop())));
  const loaded = await loadForm(form, { fetchFormAttachment });
  if (loaded.status === 'failure') return { id, error: String(loaded.error?.cause ?? loaded.error) };
  const { root } = loaded.createInstance();
  for (let turn = 0; turn < 6 && fillIn(root, answers); turn += 1);
  const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
  const wrong = (payload.violations ?? []).map((one) => `${one.reference}: ${one.violation?.condition}`);
  const xml = await payload.data[0].get('xml_submission_file').text();
  const statuses = [];
  for (let turn = 0; turn < 2; turn += 1) statuses.push(await send(payload.data[0]));
  return { id, wrong, xml, statuses };
}

async function send(data) {
  const answer = await fetch(`${base}/submission?deviceID=engine`, { method: 'POST', headers, body: data });
  return [answer.status, await answer.text()];
}

// One walk over all that is asked at present; true while it found something to answer.
function fillIn(node, answers) {
  let found = false;
  if (node.nodeType === 'repeat-range:uncontrolled' && node.currentState.children.length === 0) {
    node.addInstances();
    found = true;
  }
  for (const child of node.currentState.children ?? []) {
    if (!child.currentState.relevant || child.currentState.readonly) continue;
    found = (child.currentState.children ? fillIn(child, answers) : answer(child, answers)) || found;
  }
  return found;
}

function answer(node, answers) {
  const name = node.currentState.reference.split('/').pop();
  const given = answers[name];
  const valid = node.validationState.violation === null;
  const empty = node.currentState.instanceValue === '';
  if (given === undefined ? !node.currentState.required || !empty : !empty && valid && node.filled) return false;
  if (node.filled) return false;
  node.filled = true;
  if (node.nodeType === 'select') {
    const options = node.currentState.valueOptions.map((one) => one.value);
    const wanted = given === undefined ? options[0] : String(given);
    if (wanted === undefined) {
      node.filled = false;
      return false;
    }
    if (node.selectType === 'select') node.selectValues(wanted.split(' '));
    else node.selectValue(wanted);
    return true;
  }
  if (node.nodeType === 'input') {
    node.setValue(given ?? { int: 1n, decimal: 1, date: '2022-09-10' }[node.valueType] ?? '样例');
    return true;
  }
  return false;
}

function parsed(xml) {
  return new window.DOMParser().parseFromString(xml, 'text/xml');
}

function of(element, name) {
  return element.getElementsByTagName(name)[0]?.textContent ?? '';
}

async function text(address) {
  const answer = await fetch(address, { headers });
  if (!answer.ok) throw new Error(`${answer.status} ${address}: ${await answer.text()}`);
  return answer.text();
}
