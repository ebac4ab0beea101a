export default function helper(text: string) {
  return text + helper.name;
}
