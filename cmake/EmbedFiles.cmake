# cmake -DFOLDER=schemas -DOUTPUT=embedded.cpp -P EmbedFiles.cmake: writes the files of a folder as C++ data. Contents
# are brought in by the assembler (.incbin): nothing is converted, large files cost nothing.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/components/*.yaml ${FOLDER}/templates/* ${FOLDER}/releases/*.yaml ${FOLDER}/guest/*.sh)
list(SORT files)
set(assembly "")
set(externs "")
set(entries "")
set(i 0)
foreach(file IN LISTS files)
  string(APPEND assembly "asm(\".section .rodata\\nms_file_${i}:\\n.incbin \\\"${FOLDER}/${file}\\\"\\nms_file_${i}_end:\\n.byte 0\\n.previous\");\n")
  string(APPEND externs "extern const char ms_file_${i}[], ms_file_${i}_end[];\n")
  string(APPEND entries "      {\"${file}\", {ms_file_${i}, std::size_t(ms_file_${i}_end - ms_file_${i})}},\n")
  math(EXPR i "${i} + 1")
endforeach()
set(text "#include \"engine/catalogue/embedded.h\"\n\n${assembly}\nextern \"C\" {\n${externs}}\n
namespace microstack {\n
std::span<const EmbeddedFile> embedded_files() {
  static const EmbeddedFile files[] = {\n${entries}      {\"\", \"\"},
  };
  return {files, ${i}};
}\n
}  // namespace microstack\n")
file(WRITE ${OUTPUT} "${text}")
