# Runs PROGRAM with WORDS and writes what it prints to OUTPUT.
execute_process(COMMAND ${PROGRAM} ${WORDS} OUTPUT_VARIABLE text RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} ${WORDS} failed")
endif()
file(WRITE ${OUTPUT} "${text}")
