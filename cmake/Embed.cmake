# Files that a program carries inside itself.
#
# doorward_embed(TARGET FUNCTION FILE...) adds a generated source to TARGET that defines
# `std::span<const doorward::app::EmbeddedFile> doorward::app::FUNCTION()` (app/embedded.h):
# the files in the order given, each by its base name. It is written again when a file changes.
if(CMAKE_SCRIPT_MODE_FILE)
  set(out "#include \"app/embedded.h\"\n\nnamespace doorward::app {\nnamespace {\nconstexpr EmbeddedFile kFiles[] = {\n")
  foreach(path ${FILES})
    file(READ ${path} content)
    get_filename_component(name ${path} NAME)
    string(APPEND out "{\"${name}\", R\"embedded(${content})embedded\"},\n")
  endforeach()
  string(APPEND out "};\n}  // namespace\nstd::span<const EmbeddedFile> ${FUNCTION}() {\n  return kFiles;\n}\n}  // namespace doorward::app\n")
  file(WRITE ${OUTPUT} "${out}")
  return()
endif()

function(doorward_embed target function)
  set(output ${CMAKE_BINARY_DIR}/generated/${function}.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D FUNCTION=${function} -D OUTPUT=${output} -D "FILES=${ARGN}"
      -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
